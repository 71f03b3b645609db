// Done: what is still missing is shown first; then the layer is submitted and the next document opens.

import { keepTyped } from "./answers.js";
import { node } from "./dom.js";
import { send } from "./net.js";
import { isShown, notify } from "./notices.js";

const MISSING = { speaker: "speaker", target: "target", value: "stance", mode: "mode", proposition: "proposition" };

export class Done {
  constructor(app) {
    this.app = app;
    this.form = document.getElementById("submit-form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.greet();
  }

  async submit() {
    const { store, making, goTo, clock } = this.app;
    if (this.isBusy) return;
    keepTyped();
    const gaps = [...store.claims.values()].filter((claim) => making.gap(claim));
    if (gaps.length) {
      gaps.sort((one, two) => one.spans[0].start - two.spans[0].start);
      goTo(gaps[0].id);
      const { name, key } = making.gap(gaps[0]);
      const missing = `This claim has no ${key ?? MISSING[name]} yet.`;
      notify(gaps.length > 1 ? `${gaps.length} claims have gaps; N leads to the next. ${missing}` : missing);
      return;
    }
    if (!store.claims.size && !store.layer.nothing_to_code) {
      notify("No claim is marked. Is there nothing to code in this article?", "Nothing to code", () => {
        store.putLayer({ nothing_to_code: true });
        this.submit();
      });
      return;
    }
    this.isBusy = true;
    await store.flush();
    this.isBusy = false;
    if (store.waiting.size + store.unsettled.size) {
      notify("Some changes are not saved yet. They are sent as soon as the server answers; then press D again.");
      return;
    }
    try {
      const answer = await send("POST", this.form.action, { body: clock?.body() ?? {} });
      clock?.end();
      window.location.assign(answer.url);
    } catch (error) {
      const gap = error.problem?.gaps?.[0];
      if (gap?.claim) goTo(gap.claim);
      notify(error.problem?.gaps?.length > 1 ? `${error.problem.gaps.length} answers are missing. ${gap.detail}` : error.message);
    }
  }

  /** After a submission: a button, and for as long as it is shown `U`, open it again. */
  greet() {
    const done = new URLSearchParams(window.location.search).get("done");
    if (!done || !/^[0-9a-f-]{36}$/.test(done)) return;
    const url = this.app.state.path.replace(/[0-9a-f-]{36}/, done);
    this.takeBack = () => isShown() && this.reopen(url);
    notify("Submitted.", "Reopen (U)", () => this.reopen(url));
    history.replaceState(null, "", window.location.href.replace(/([?&])done=[^&]*&?/, "$1").replace(/[?&]$/, ""));
  }

  reopen(url) {
    const token = node("input", { name: "csrfmiddlewaretoken", value: document.querySelector('meta[name="csrf"]').content });
    const form = node("form", { method: "post", action: `${url}reopen/${this.app.store.query}` }, token);
    document.body.append(form);
    form.submit();
  }
}

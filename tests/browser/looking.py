"""What axe cannot see, asked in the page: the ring and place of the focus, what runs out of a narrow page, lost words.

Each is a function for `page.evaluate` that returns lines, one for each fault.
"""

from __future__ import annotations

# Pages that say the same thing many times are looked at once of each.
REPEATS = ".api-operation ~ .api-operation, .api-object ~ .api-object, #result_list tbody tr:nth-child(n+6)"
PRUNE = f"document.querySelectorAll('{REPEATS}').forEach(found => found.remove())"
NAME = """const name = found => found.outerHTML.split(">")[0].slice(0, 140) + ">";
const shown = found => found.checkVisibility({visibilityProperty: true, contentVisibilityAuto: false});
const inside = "a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex]";
const repeats = "REPEATS";
const stops = () => [...(document.querySelector("dialog:modal") ?? document).querySelectorAll(inside)]
  .filter(x => x.tabIndex >= 0 && !x.disabled && shown(x) && !x.closest(repeats) && !x.closest("[inert]"));
""".replace("REPEATS", REPEATS)

# 2.4.7 and 2.4.11: a ring, and not all of it behind something. A hidden radio button has the ring on its label, a
# sentence a bar beside it.
FOCUS = f"""() => {{
  {NAME}
  const faults = [];
  for (const stop of [...stops(), ...stops().reverse()]) {{
    stop.focus();
    if (document.activeElement !== stop) {{ faults.push("takes no focus: " + name(stop)); continue; }}
    const outlined = [stop, stop.closest("label")].filter(Boolean).some(x => {{
      const style = getComputedStyle(x);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    }});
    const bar = getComputedStyle(stop, "::before");
    const ringed = outlined || (stop.matches(".s") && bar.content !== "none" && parseFloat(bar.width) >= 2);
    if (!ringed) faults.push("no ring: " + name(stop));
    const points = [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]];
    const seen = [...stop.getClientRects()].some(box => {{
      const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
      const [high, low] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
      return points.some(([x, y]) => {{
        const top = document.elementFromPoint(left + (right - left) * x, high + (low - high) * y);
        return top && (stop.contains(top) || top.contains(stop) || top.closest("label")?.contains(stop));
      }});
    }});
    if (!seen) faults.push("hidden while it has the focus: " + name(stop));
  }}
  document.activeElement.blur();
  scrollTo(0, 0);
  return [...new Set(faults)];
}}"""

# 1.4.10. Tables scroll by themselves; nothing else is wider than the page.
REFLOW = f"""() => {{
  {NAME}
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")]
    .filter(x => shown(x) && x.getBoundingClientRect().right > width + 1);
  const outer = wide.filter(x => !wide.some(y => y !== x && x.contains(y))).slice(0, 5);
  return [`${{document.documentElement.scrollWidth}} px wide`, ...outer.map(x => "runs out: " + name(x))];
}}"""

# 1.4.12. What was whole before is whole with wide spacing; an ellipsis shortens what is said in full elsewhere.
SPACING = f"""() => {{
  {NAME}
  const cut = () => new Set([...document.body.querySelectorAll("*")].filter(x => {{
    const style = getComputedStyle(x);
    const hides = [style.overflowX, style.overflowY].some(y => y === "hidden" || y === "clip");
    if (!hides || x.matches("input") || style.textOverflow === "ellipsis") return false;
    if (!shown(x) || x.clientWidth < 2) return false;
    return x.scrollWidth > x.clientWidth + 1 || x.scrollHeight > x.clientHeight + 1;
  }}));
  const before = cut();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*{{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}}" +
    "p{{margin-bottom:2em!important}}");
  document.adoptedStyleSheets.push(sheet);
  return [...cut()].filter(x => !before.has(x)).map(x => "words are cut off: " + name(x));
}}"""

TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map(found => found.id);
  return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))].map(id => "two elements with the id " + id);
}"""

# 3.3.1 and 4.1.3: what was refused is said first, and again at its field.
ERRORS = f"""() => {{
  {NAME}
  const faults = [];
  const said = document.activeElement;
  const isSaid = said.getAttribute("role") === "alert" && said.textContent.trim();
  if (!isSaid) faults.push("the focus is not on what was refused");
  for (const link of said.querySelectorAll("a[href^='#']")) {{
    const field = document.getElementById(link.hash.slice(1));
    if (!field || !shown(field)) faults.push("leads nowhere: " + name(link));
  }}
  for (const list of document.querySelectorAll("form ul[id$=_error]")) {{
    const field = document.getElementById(list.id.replace(/_error$/, ""));
    const told = (field?.getAttribute("aria-describedby") ?? "").split(" ").includes(list.id);
    if (!told || field.getAttribute("aria-invalid") !== "true") faults.push("not told at its field: " + name(list));
  }}
  if (!document.querySelector("[aria-invalid=true], [role=alert]")) faults.push("nothing is marked as refused");
  return faults;
}}"""

STOPS = f"""() => {{ {NAME} return stops().filter(x => x.type !== "radio" || x.checked).length; }}"""

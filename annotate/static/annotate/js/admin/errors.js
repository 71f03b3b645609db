// A refused form begins with what was refused: the note takes the focus, so that it is read out and in view.

const note = document.querySelector(".errornote");
if (note) {
  note.tabIndex = -1;
  note.setAttribute("role", "alert");
  note.focus();
}

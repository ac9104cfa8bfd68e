// A button beside each password that shows what is typed.
"use strict";

for (const box of document.querySelectorAll("[data-peek]")) {
  const [show, hide] = box.dataset.peek.split("|");
  const field = box.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = show;
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.textContent = isShown ? show : hide;
    field.focus();
  });
  box.append(button);
  field.form.addEventListener("submit", () => { field.type = "password"; });
}

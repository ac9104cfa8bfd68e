// A button that copies a one-time link.
"use strict";

for (const box of document.querySelectorAll("[data-copy]")) {
  const [copy, copied] = box.dataset.copy.split("|");
  const field = box.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = copy;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // without https there is no clipboard; the selection is
    }
    button.textContent = copied;
  });
  box.append(button);
  field.addEventListener("focus", () => field.select());
}

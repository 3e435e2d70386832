// Offers a button that copies the text of the element it names. Without this script the text is selected by hand.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const answer = document.querySelector(`[data-copied="${button.dataset.copy}"]`);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      answer.textContent = "Copied";
    } catch {
      // A browser may forbid it, as it does for pages that are not on this machine and not encrypted.
      getSelection().selectAllChildren(source);
      answer.textContent = "Selected: press Ctrl-C";
    }
  });
}

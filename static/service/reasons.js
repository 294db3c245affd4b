// The words of a reason come into the message when its box is ticked, and go when it is unticked.
// Without scripts the preview does the same.
(() => {
  const message = document.querySelector("textarea[name=text]");
  const included = document.querySelector("input[name=included]");
  if (!message || !included) return;
  const keys = () => included.value.split(",").filter(Boolean);

  for (const note of document.querySelectorAll("[data-reason]")) {
    const box = document.getElementById(note.id.replace(/_words$/, ""));
    const words = (note.dataset.words || "").replace(/\r\n/g, "\n").trim();
    box.addEventListener("change", () => {
      const others = keys().filter((key) => key !== note.dataset.reason);
      if (box.checked) {
        if (words && !message.value.includes(words)) {
          message.value = [message.value.trim(), words].filter(Boolean).join("\n\n");
        }
        included.value = [...others, note.dataset.reason].join(",");
      } else {
        if (words) message.value = message.value.replace(words, "").replace(/\n{3,}/g, "\n\n").trim();
        included.value = others.join(",");
      }
    });
  }
})();

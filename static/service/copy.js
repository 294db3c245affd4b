// Puts a button below a text that is there to be copied. Without scripts the text is selected by hand.
for (const text of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary";
  button.textContent = "Copy";
  const said = document.createElement("p");
  said.className = "govuk-body";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "Your browser did not let us copy. The text is selected: copy it with Ctrl and C, or Command and C.";
    }
  });
  text.closest(".govuk-form-group").append(button, said);
}

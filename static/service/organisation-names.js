import "./accessible-autocomplete.min.js";

// Suggests the names of organisations while staff type them. The names stand in the page, in the list
// from which a browser without this script suggests them in its own way.

const MOST = 12;

const escaped = (text) => {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
};

const namesWith = (names) => (query, show) => {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  show(names.filter((name) => words.every((word) => name.toLowerCase().includes(word))).slice(0, MOST));
};

for (const input of document.querySelectorAll("input[data-organisation-name]")) {
  const names = [...input.list.options].map((option) => option.value);
  const label = document.querySelector(`label[for="${input.id}"]`);
  label.id ||= `${input.id}-label`;
  const container = document.createElement("div");
  input.replaceWith(container);
  accessibleAutocomplete({
    element: container,
    id: input.id,
    name: input.name,
    defaultValue: input.value,
    inputClasses: input.className,
    menuAttributes: { "aria-labelledby": label.id },
    displayMenu: "overlay",
    minLength: 2,
    confirmOnBlur: false,
    showNoOptionsFound: false,
    source: namesWith(names),
    templates: { inputValue: (name) => name ?? "", suggestion: escaped },
    tAssistiveHint: () =>
      "When suggestions show, use the up and down arrows to look through them and Enter to choose.",
  });
}

import "./accessible-autocomplete.min.js";

// Suggests organisations while a person types. Without this script the same box and its «Search»
// button list the matches on a page.
//
// <form data-organisation-lookup="/sign/organisation/suggest/"> names the address that answers ?q=
// with {"organisations": [{"slug": …, "name": …, "note": …}]}. When one of the suggestions is chosen,
// the form's button leads straight to it; choosing alone moves nobody to another page.

const PAUSE = 200; // milliseconds after the last key

const escaped = (text) => {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
};

const textOf = (id) => document.getElementById(id)?.textContent.trim().replace(/\s+/g, " ") ?? "";

const suggestions = (address, before) => {
  let timer;
  let asked;
  return (query, show) => {
    if (query === before) {
      before = null;
      return;
    }
    clearTimeout(timer);
    asked?.abort();
    timer = setTimeout(async () => {
      asked = new AbortController();
      address.searchParams.set("q", query);
      try {
        const response = await fetch(address, {
          signal: asked.signal,
          headers: { Accept: "application/json" },
        });
        show(response.ok ? (await response.json()).organisations : []);
      } catch (error) {
        // A newer key made this question pointless, or the answer was no list (signed out,
        // connection lost). The button still searches, and says what is wrong.
        if (error.name !== "AbortError") show([]);
      }
    }, PAUSE);
  };
};

const enhance = (form) => {
  const address = new URL(form.dataset.organisationLookup, document.baseURI);
  const input = form.querySelector("input[type=text]");
  const label = form.querySelector(`label[for="${input.id}"]`);
  label.id ||= `${input.id}-label`;
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ").map(textOf).join(" ");
  const classes = input.className.split(" ");
  const isWidth = (name) => name.startsWith("govuk-!-width");
  let chosen = null;

  const container = document.createElement("div");
  container.className = ["service-look-up", ...classes.filter(isWidth)].join(" ");
  input.replaceWith(container);

  // The component swallows Enter while suggestions show. With none of them picked, Enter searches.
  container.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && !container.querySelector('[role="option"][aria-selected="true"]')) {
        event.stopPropagation();
      }
    },
    { capture: true },
  );

  accessibleAutocomplete({
    element: container,
    id: input.id,
    name: input.name,
    inputClasses: classes.filter((name) => !isWidth(name)).join(" "),
    menuAttributes: { "aria-labelledby": label.id },
    displayMenu: "overlay",
    minLength: 2,
    confirmOnBlur: false,
    showNoOptionsFound: false,
    source: suggestions(address, input.value),
    onConfirm: (organisation) => {
      chosen = organisation ?? null;
    },
    templates: {
      inputValue: (organisation) => organisation?.name ?? "",
      suggestion: (organisation) =>
        `${escaped(organisation.name)} <span class="service-look-up__note">${escaped(organisation.note)}</span>`,
    },
    tAssistiveHint: () =>
      `${described} When suggestions show, use the up and down arrows to look through them and Enter to choose. Or press Search to see all matches.`.trim(),
    tStatusQueryTooShort: (length) => `Type ${length} or more letters for suggestions`,
    tStatusNoResults: () => "No suggestions. Press Search to look for other words.",
    tStatusResults: (length, selected) =>
      `${length} ${length === 1 ? "suggestion" : "suggestions"}. ${selected}`,
    tStatusSelectedOption: (selected, length, index) =>
      `${selected}, ${index + 1} of ${length}, is highlighted`,
  });

  // Given as the component's default value, an earlier search would be offered as a suggestion.
  if (input.value) {
    const box = document.getElementById(input.id);
    box.value = input.value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("submit", (event) => {
    if (chosen && form.elements[input.name].value === chosen.name) {
      event.preventDefault();
      window.location.assign(new URL(`../${encodeURIComponent(chosen.slug)}/`, address.origin + address.pathname));
    }
  });
};

document.querySelectorAll("form[data-organisation-lookup]").forEach(enhance);

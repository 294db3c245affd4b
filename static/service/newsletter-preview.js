// Shows the preview again a moment after typing stops. Without this, a button does.
const body = document.getElementById("id_body");
const show = document.querySelector('[formtarget="newsletter-preview"]');
const [subject, summary] = document.querySelectorAll(".newsletter-preview .newsletter-inbox > *");

function showInTheInbox() {
  subject.textContent = document.getElementById("id_subject").value || "Subject";
  summary.textContent = document.getElementById("id_summary").value || "Summary";
}

if (body && show) {
  let waiting;
  for (const name of ["id_body", "id_subject", "id_summary"]) {
    document.getElementById(name)?.addEventListener("input", () => {
      showInTheInbox();
      clearTimeout(waiting);
      waiting = setTimeout(() => show.form.requestSubmit(show), 700);
    });
  }
}

// Shows the preview again a moment after typing stops. Without this, a button does.
const body = document.getElementById("id_body");
const show = document.querySelector('[formtarget="newsletter-preview"]');
if (body && show) {
  let waiting;
  for (const name of ["id_body", "id_subject", "id_summary"]) {
    document.getElementById(name)?.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => show.form.requestSubmit(show), 700);
    });
  }
}

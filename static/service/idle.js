// Warns staff before their session ends. Nothing on the page is touched: what was typed stays there,
// and the page's own button still works after signing in again.
const WARN_SECONDS = 5 * 60;
const dialog = document.getElementById("idle-warning");
const words = dialog.querySelector("p");
const stay = dialog.querySelector("button[value=stay]");
const address = dialog.dataset.session;
const token = document.querySelector("[name=csrfmiddlewaretoken]");

async function secondsLeft(method) {
  const headers = token ? { "X-CSRFToken": token.value } : {};
  const answer = await fetch(address, { method, headers, credentials: "same-origin" });
  return answer.ok ? (await answer.json()).seconds : 0;
}

function say(seconds) {
  if (seconds > 0) {
    const minutes = Math.ceil(seconds / 60);
    words.textContent = `You have not used this page for a while. You will be signed out in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
  } else {
    words.textContent =
      "You have been signed out. What you typed is still on this page. Press the page’s own button: you sign in again, and nothing is lost.";
    stay.hidden = true;
  }
  if (!dialog.open) {
    dialog.showModal();
  }
}

async function look() {
  let seconds = WARN_SECONDS + 60;
  try {
    // Another window may have prolonged the session.
    seconds = await secondsLeft("GET");
  } catch {
    // The network is away: look again in a minute.
  }
  if (seconds > WARN_SECONDS) {
    if (dialog.open) {
      dialog.close();
    }
    setTimeout(look, Math.min(seconds - WARN_SECONDS, 600) * 1000);
    return;
  }
  say(seconds);
  if (seconds > 0) {
    setTimeout(look, Math.min(seconds, 30) * 1000);
  }
}

stay.addEventListener("click", async () => {
  dialog.close();
  try {
    const seconds = await secondsLeft("POST");
    if (seconds === 0) {
      say(0);
    }
  } catch {
    // The next look tells.
  }
});
dialog.querySelector("button[value=close]").addEventListener("click", () => dialog.close());
look();

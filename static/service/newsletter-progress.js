// Brings the progress of an issue up to date. Without scripts the page loads itself again.
const EVERY = 2000;

async function update() {
  const here = document.getElementById("progress-now");
  if (here && !here.contains(document.activeElement) && !document.hidden) {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("progress-now");
      if (answer.ok && now) {
        here.replaceWith(document.importNode(now, true));
        if (!("moving" in now.dataset)) {
          return;
        }
      }
    } catch {
      // The network is away: the next round asks again.
    }
  }
  setTimeout(update, EVERY);
}

setTimeout(update, EVERY);

// Uses the code up only here, in a real browser: a mere look at the link (previews, scanners) does not.
import { t } from "./words.js";

const line = document.getElementById("entering");
const code = decodeURIComponent(location.pathname.split("/").pop());

async function enter(pause) {
  line.textContent = t("entering");
  try {
    const answer = await fetch("../enter", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
    });
    if (answer.ok) {
      location.replace("../" + (await answer.json()).to);
      return;
    }
    if (answer.status === 400 || answer.status === 410) {
      line.textContent = t(answer.status === 410 ? "usedLink" : "badLink");
      return;
    }
  } catch {
    // no connection: tried again below
  }
  line.textContent = t("enteringAgain");
  setTimeout(enter, pause, Math.min(pause * 2, 15000));
}

enter(1000);

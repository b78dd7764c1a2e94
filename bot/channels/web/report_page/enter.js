// Uses the link up only here, in a real browser: a mere look at it (previews, scanners) does not.
const said = document.getElementById("said");

try {
  const code = decodeURIComponent(location.pathname.split("/").pop());
  const answer = await fetch("../enter", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  if (answer.ok) location.replace("../");
  else said.textContent = "链接用过了或者过期了，请在聊天里再点一次「网页看报表」。 This link was used or is too old: tap “Open as a page” in the chat again.";
} catch {
  said.textContent = "连不上，请再试一次。 No connection, please try again.";
}

// Keys: / goes to the search, j and k through the results. Everything else works without this.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  const types = at && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
  if (types) {
    if (event.key === "Escape") at.blur();
    return;
  }
  if (event.key === "/") {
    const field = document.querySelector("#q");
    if (field) {
      field.focus();
      field.select();
    } else {
      location.assign("/");
    }
    event.preventDefault();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".results h3 a, tr.row th a")];
    const next = links.indexOf(at) + (event.key === "j" ? 1 : -1);
    const link = links[Math.max(0, Math.min(next, links.length - 1))];
    if (link) link.focus();
  }
});
// On a phone what a search can be narrowed by is folded: what was found comes first.
document.addEventListener("htmx:load", () => {
  if (innerWidth > 736) return;
  for (const each of document.querySelectorAll("#facets details[open]")) each.open = false;
});

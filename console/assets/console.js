// What moves by itself. Every page works without it.
"use strict";

const find = () => document.getElementById("searchbar") || document.getElementById("find");

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// Over plain http, except on this machine, browsers have no clipboard: then the old way, from a field that is selected.
function copyBySelecting(text) {
  const here = document.activeElement;
  const field = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  here?.focus({ preventScroll: true });
  return done;
}

async function copy(element, text) {
  const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  const outcome = done || copyBySelecting(text) ? "copied" : "not-copied";
  element.classList.add(outcome);
  document.getElementById("said").textContent = outcome.replace("-", " ");
  setTimeout(() => element.classList.remove(outcome), 1500);
}

document.addEventListener("click", (event) => {
  const source = event.target.closest("[data-copy]");
  const button = event.target.closest("[data-copy-from]");
  if (source) copy(source, source.dataset.copy);
  if (button) copy(button, document.querySelector(button.dataset.copyFrom).value);
  for (const menu of document.querySelectorAll("details.more[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, input, label, summary, [data-copy]") && !String(getSelection())) {
    location.assign(row.dataset.href);
  }
});

// Rows: j and k, or the arrows once a row is chosen; Enter opens, x selects, c copies the row's id.
function step(rows, by) {
  const here = rows.indexOf(document.activeElement.closest("tr[data-href]"));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    find()?.select();
    return;
  }
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.more[open]")) menu.open = false;
  }
  if (typing(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.matches("[data-copy]") && ["Enter", " "].includes(event.key)) {
    event.preventDefault();
    copy(event.target, event.target.dataset.copy);
    return;
  }
  const rows = [...document.querySelectorAll("tr[data-href]")];
  const row = event.target.closest("tr[data-href]");
  const keys = {
    "/": () => find()?.select(),
    j: () => rows.length && step(rows, 1),
    k: () => rows.length && step(rows, -1),
    ArrowDown: () => row && step(rows, 1),
    ArrowUp: () => row && step(rows, -1),
    Enter: () => row === event.target && location.assign(row.dataset.href),
    x: () => row?.querySelector("input.action-select")?.click(),
    c: () => row?.querySelector("[data-copy]")?.click(),
  };
  const act = keys[event.key];
  if (!act || (["ArrowDown", "ArrowUp", "Enter", "x", "c"].includes(event.key) && !row)) return;
  if (event.key === "Enter" && row !== event.target) return;
  event.preventDefault();
  act();
});

function ready(root) {
  for (const row of root.querySelectorAll("tr[data-href]")) row.tabIndex = -1;
  for (const id of root.querySelectorAll("[data-copy]")) {
    id.title ||= "Click to copy";
    if (id.closest("tr[data-href]")) continue;  // there "c" copies, and no list has a hundred stops for Tab
    id.tabIndex = 0;
    id.setAttribute("role", "button");
  }
}

ready(document);
document.addEventListener("htmx:afterSwap", (event) => ready(event.target));

document.getElementById("action-toggle")?.addEventListener("change", (event) => {
  for (const box of document.querySelectorAll("input.action-select")) box.checked = event.target.checked;
});

// How many rows are selected, beside what can be done with them; below that, however high it is, the table's head stays.
const selection = document.querySelector(".selection");
if (selection) {
  const fit = () => selection.parentElement.style.setProperty("--selection", `${selection.offsetHeight}px`);
  const count = () => {
    const number = document.querySelectorAll("input.action-select:checked").length;
    selection.querySelector("output").textContent = number ? `${number} selected` : "";
    fit();
  };
  document.addEventListener("change", count);
  addEventListener("pageshow", count); // which brings back what was selected before
  addEventListener("resize", fit);
}

// On a narrow screen the filters wait until they are asked for.
if (matchMedia("(max-width: 1000px)").matches) document.querySelector("details.filters")?.removeAttribute("open");

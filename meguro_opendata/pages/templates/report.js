"use strict";
const bar = document.getElementById("filter");
const causes = [...document.querySelectorAll("section[data-rule]")];
const told = document.getElementById("shown");
const plain = (text) => text.normalize("NFKC").toLowerCase();

function search(cause, words) {
  const all = !words || plain(cause.querySelector("header").textContent).includes(words);
  let found = all;
  for (const part of cause.querySelectorAll(".one")) {
    const fits = all || plain(part.textContent).includes(words);
    part.hidden = !fits;
    found = found || fits;
    const rest = part.closest("details");
    if (rest && words && fits && !all) rest.open = true;
  }
  return found;
}

function update() {
  const wanted = new FormData(bar);
  const words = plain(wanted.get("words")).trim();
  const fits = (cause) => ["severity", "column", "rule"].every(
    (name) => !wanted.get(name) || cause.dataset[name].split(" ").includes(wanted.get(name)));
  for (const cause of causes) cause.hidden = !fits(cause) || !search(cause, words);
  told.textContent = told.dataset.text.replace("%", causes.filter((cause) => !cause.hidden).length);
}

bar.hidden = false;
bar.addEventListener("input", update);
bar.addEventListener("submit", (event) => event.preventDefault());
bar.addEventListener("reset", () => setTimeout(update));
update();

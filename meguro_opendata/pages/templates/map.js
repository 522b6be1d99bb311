"use strict";
(() => {
  const chart = document.querySelector("svg.chart");
  const whole = chart.viewBox.baseVal;
  const first = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  const view = { ...first };
  const tools = document.querySelector(".tools");
  tools.hidden = false;

  const show = () => {
    chart.setAttribute("viewBox", [view.x, view.y, view.width, view.height].join(" "));
    chart.style.setProperty("--k", view.width / Math.max(chart.clientWidth, 1));
    chart.dataset.zoom = [2, 4, 8, 16].filter((zoom) => first.width / view.width >= zoom / 1.25).join(" ");
    const scale = chart.querySelector(".scale");
    scale.setAttribute("visibility", view.width === first.width && view.x === first.x && view.y === first.y ? "visible" : "hidden");
  };

  const zoom = (factor, at) => {
    const width = Math.min(Math.max(view.width * factor, first.width / 60), first.width * 8);
    const ratio = width / view.width;
    const middle = at || { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    view.x = middle.x - (middle.x - view.x) * ratio;
    view.y = middle.y - (middle.y - view.y) * ratio;
    view.width = width;
    view.height *= ratio;
    show();
  };

  const pan = (right, down) => {
    view.x += right * view.width;
    view.y += down * view.height;
    show();
  };

  const place = (event) => {
    const box = chart.getBoundingClientRect();
    return {
      x: view.x + ((event.clientX - box.left) / box.width) * view.width,
      y: view.y + ((event.clientY - box.top) / box.height) * view.height,
    };
  };

  const actions = { in: () => zoom(0.6), out: () => zoom(1 / 0.6), whole: () => { Object.assign(view, first); show(); } };
  tools.querySelectorAll("button").forEach((button) => button.addEventListener("click", actions[button.dataset.do]));
  chart.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey || document.activeElement === chart) {
      event.preventDefault();
      zoom(event.deltaY < 0 ? 0.8 : 1.25, place(event));
    }
  }, { passive: false });
  chart.addEventListener("dblclick", (event) => zoom(0.5, place(event)));
  chart.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.15], ArrowDown: [0, 0.15] };
    if (steps[event.key]) pan(...steps[event.key]);
    else if (event.key === "+") actions.in();
    else if (event.key === "-") actions.out();
    else if (event.key === "0") actions.whole();
    else return;
    event.preventDefault();
  });

  let held = null;
  chart.addEventListener("pointerdown", (event) => { held = { ...place(event), moved: false }; });
  chart.addEventListener("pointermove", (event) => {
    if (!held || !event.buttons) return;
    const now = place(event);
    view.x += held.x - now.x;
    view.y += held.y - now.y;
    held.moved = true;
    show();
  });
  window.addEventListener("pointerup", () => { setTimeout(() => { held = null; }, 0); });
  chart.addEventListener("click", (event) => { if (held && held.moved) event.preventDefault(); }, true);
  chart.addEventListener("dragstart", (event) => event.preventDefault());

  const rows = [...document.querySelectorAll(".list tbody tr")];
  const markerOf = (row) => row.dataset.marker && document.getElementById(row.dataset.marker);
  const link = (row, on) => {
    const marker = markerOf(row);
    row.classList.toggle("on", on);
    if (marker) marker.classList.toggle("on", on);
  };
  rows.forEach((row) => {
    row.addEventListener("mouseenter", () => link(row, true));
    row.addEventListener("mouseleave", () => link(row, false));
    const anchor = row.querySelector("a");
    if (anchor) anchor.addEventListener("click", () => {
      const marker = markerOf(row);
      view.width = Math.min(view.width, first.width / 3);
      view.height = (view.width * first.height) / first.width;
      view.x = Number(marker.dataset.x) - view.width / 2;
      view.y = Number(marker.dataset.y) - view.height / 2;
      show();
    });
  });
  document.querySelectorAll(".marker").forEach((marker) => {
    const own = rows.filter((row) => row.dataset.marker === marker.id);
    marker.addEventListener("mouseenter", () => own.forEach((row) => row.classList.add("on")));
    marker.addEventListener("mouseleave", () => own.forEach((row) => row.classList.remove("on")));
  });

  const search = document.querySelector(".list input");
  search.hidden = false;
  search.addEventListener("input", () => {
    const wanted = search.value.normalize("NFKC").toLowerCase();
    rows.forEach((row) => { row.hidden = !row.textContent.normalize("NFKC").toLowerCase().includes(wanted); });
  });
  window.addEventListener("resize", show);
  window.addEventListener("beforeprint", actions.whole);
  show();
})();

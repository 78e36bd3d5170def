// Pictures of the body: names what is pointed at, turns, peels, and moves between muscles by arrow keys.
"use strict";

function middle(link) {
  const box = link.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

/* The nearest muscle in a direction; what lies off to the side counts as farther. */
function nearest(links, from, dx, dy) {
  const [x, y] = middle(from);
  let best = null;
  let least = Infinity;
  for (const link of links) {
    const [ox, oy] = middle(link);
    const ahead = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    if (link === from || ahead <= 1) continue;
    if (ahead + 2 * aside < least) { least = ahead + 2 * aside; best = link; }
  }
  return best;
}

function lead(figure) {
  const canvas = figure.querySelector(".canvas");
  const named = figure.querySelector(".named");
  const wish = { views: [], peel: "0" };
  const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  const links = () => [...canvas.querySelectorAll("a")];

  function rove(chosen) {
    for (const link of links()) link.tabIndex = link === chosen ? 0 : -1;
  }

  function settle() {
    const all = links();
    const first = all.find((link) => link.classList.length > 1) || all[0];
    if (first) rove(first);
    wish.views = [...canvas.querySelectorAll("svg")].map((drawn) => drawn.dataset.view);
    for (const button of figure.querySelectorAll("[data-view]:not(svg)")) mark(button, wish.views.includes(button.dataset.view));
    for (const button of figure.querySelectorAll("[data-peel]")) mark(button, button.dataset.peel === wish.peel);
  }

  function mark(button, on) {
    if (on) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }

  function tell(event) {
    const link = event.target.closest("a");
    named.textContent = link && canvas.contains(link) ? link.querySelector("title").textContent : "";
  }

  async function drawing(view, peel) {
    const answer = await fetch(`${figure.dataset.src}?view=${view}&peel=${peel}`);
    if (!answer.ok) throw new Error(answer.statusText);
    // Of another version of the graph it would not fit the page, nor the other views.
    if (answer.headers.get("Graph-Version") !== figure.dataset.graph) location.reload();
    const read = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
    return document.importNode(read.documentElement, true);
  }

  async function turn(button) {
    const { view, peel = wish.peel } = button.dataset;
    const drawn = await Promise.all((view ? [view] : wish.views).map((side) => drawing(side, peel)));
    canvas.replaceChildren(...drawn);
    wish.peel = peel;
    settle();
  }

  canvas.addEventListener("pointerover", tell);
  canvas.addEventListener("focusin", tell);
  canvas.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const link = event.target.closest("a");
    if (!step || !link) return;
    event.preventDefault();
    const next = nearest(links(), link, ...step);
    if (next) { rove(next); next.focus(); }
  });
  figure.querySelector(".turn").addEventListener("click", (event) => {
    const button = event.target.closest("a");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turn(button).catch(() => { location.href = button.href; });
  });
  settle();
}

for (const figure of document.querySelectorAll("figure.picture")) lead(figure);

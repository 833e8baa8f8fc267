// The map: moves and zooms what Python drew, and places names so that none covers another.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";

const svg = document.getElementById("map");
const world = document.getElementById("world");
const legs = document.getElementById("legs");
const names = document.getElementById("names");
const stops = document.getElementById("stops");
const SIDES = [[9, 4, ""], [-9, 4, "to-end"], [0, -10, "to-mid"], [0, 18, "to-mid"]];
const PAPER = { width: 1000, height: 600 };
const IMPORTANCE = ["end", "port", "gauge", "border", "stop"];
let width = 0, height = 0, boxes = [], chosen = 0, track = [], lines = [], untouched = true;

const behaviour = zoom()
  .filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : !event.button))
  .on("zoom", ({ transform, sourceEvent }) => {
    if (sourceEvent) untouched = false;
    move(transform);
  });
let current = zoomIdentity;
let placed = zoomIdentity; // the view for which names and markers were placed
let waiting = 0;

// While the map is dragged, names and markers move as one; they are placed anew when it rests or its scale changes.
function move(transform) {
  current = transform;
  world.setAttribute("transform", transform);
  const shift = `translate(${transform.x - placed.x} ${transform.y - placed.y})`;
  if (transform.k === placed.k) {
    svg.classList.add("dragged");
    for (const group of [names, stops]) group.setAttribute("transform", shift);
  } else moveMarks();
  clearTimeout(waiting);
  waiting = setTimeout(placeNames, 90);
}

function moveMarks() {
  placed = current;
  for (const group of [names, stops]) {
    group.removeAttribute("transform");
    for (const mark of group.children) {
      mark.setAttribute("transform", `translate(${current.applyX(+mark.dataset.x)} ${current.applyY(+mark.dataset.y)})`);
    }
  }
}

const sizes = new Map();
function measure(text, kind) {
  const key = `${kind}\n${text.textContent}`;
  if (!sizes.has(key)) sizes.set(key, text.getComputedTextLength() || text.textContent.length * 7);
  return sizes.get(key);
}

function placeNames() {
  clearTimeout(waiting);
  svg.classList.remove("dragged");
  moveMarks();
  const taken = [];
  const free = ([l, t, r, b]) => l > 2 && t > 2 && r < width - 2 && b < height - 2 && !taken.some((x) => l < x[2] && r > x[0] && t < x[3] && b > x[1]);
  if (svg.parentElement.querySelector(".map-tools")?.offsetParent) taken.push([width - 58, 0, width, 172]);
  const rank = (mark) => (mark.classList.contains("on") ? 0 : 10) + IMPORTANCE.findIndex((kind) => mark.classList.contains(kind));
  const marks = [...stops.children].sort((a, b) => rank(a) - rank(b));
  const spots = new Map(marks.map((mark) => [mark, [current.applyX(+mark.dataset.x), current.applyY(+mark.dataset.y)]]));
  for (const mark of marks) {
    const [x, y] = spots.get(mark);
    const half = mark.classList.contains("on") ? 5 : 3;
    taken.push([x - half, y - half, x + half, y + half]);
  }
  for (const mark of marks) {
    const [x, y] = spots.get(mark);
    const text = mark.lastElementChild;
    if (!mark.classList.contains("on") && mark.classList.contains("stop")) {
      text.setAttribute("class", "hidden");
      continue;
    }
    const size = measure(text, mark.classList.contains("on") ? "on" : "");
    const found = SIDES.find(([dx, dy, side]) => {
      const left = x + dx - (side === "to-end" ? size : side === "to-mid" ? size / 2 : 0);
      const box = [left - 2, y + dy - 11, left + size + 2, y + dy + 3];
      return free(box) && taken.push(box);
    });
    text.setAttribute("class", found ? found[2] : "hidden");
    if (found) {
      text.setAttribute("x", found[0]);
      text.setAttribute("y", found[1]);
    }
  }
  placeLabels(free, taken);
}

function placeLabels(free, taken) {
  const shown = new Set();
  const scale = current.k * world.dataset.scale;
  const most = world.dataset.ranks.split(" ").filter((least) => scale >= least).length;
  for (const [x, y] of track) {
    const [left, top] = [current.applyX(x), current.applyY(y)];
    taken.push([left - 2, top - 2, left + 2, top + 2]);
  }
  for (const label of names.children) {
    const kind = label.dataset.kind ?? label.classList[0];
    label.dataset.kind = kind;
    const [x, y] = [current.applyX(+label.dataset.x), current.applyY(+label.dataset.y)];
    const half = measure(label, kind) / 2 + 5;
    const box = [x - half, y - 10, x + half, y + 5];
    const fits = label.dataset.k <= most && !shown.has(label.textContent) && free(box);
    label.classList.toggle("hidden", !fits);
    if (fits) {
      shown.add(label.textContent);
      taken.push(box);
    }
  }
}

function fit([left, top, right, bottom]) {
  const wide = Math.max(right - left, 40), high = Math.max(bottom - top, 40);
  const padding = width < 600 ? [70, 60] : [150, 90];
  const k = Math.min((width - padding[0]) / wide, (height - padding[1]) / high);
  const to = zoomIdentity.translate(width / 2 - (k * (left + right)) / 2, height / 2 - (k * (top + bottom)) / 2).scale(k);
  select(svg).call(behaviour.transform, to); // a jump is as clear as a flight, and calmer
  placeNames();
}

function resize() {
  const box = svg.getBoundingClientRect();
  if (matchMedia("print").matches || !box.width || !box.height || (box.width === width && box.height === height)) return;
  setSize(box.width, box.height);
}

function setSize(across, down) {
  width = across;
  height = down;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const [planeWidth, planeHeight] = [+world.dataset.width, +world.dataset.height];
  const least = Math.max(width / planeWidth, height / planeHeight);
  behaviour.extent([[0, 0], [width, height]]).scaleExtent([least, Math.max(least * 60, 1.5)]).translateExtent([[0, 0], [planeWidth, planeHeight]]);
  if (untouched && boxes.length) fit(boxes[0]);
  else placeNames();
}

const steps = {
  in: () => select(svg).call(behaviour.scaleBy, 1.6),
  out: () => select(svg).call(behaviour.scaleBy, 1 / 1.6),
  all: () => boxes.length && fit(boxes[0]),
  route: () => boxes[chosen + 1] && fit(boxes[chosen + 1]),
};
const KEYS = { "+": "in", "=": "in", "-": "out", "0": "all", Home: "all" };
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function pressKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (KEYS[event.key]) steps[KEYS[event.key]]();
  else if (ARROWS[event.key]) {
    const [x, y] = ARROWS[event.key];
    select(svg).call(behaviour.translateBy, (x * 60) / current.k, (y * 60) / current.k);
  } else return;
  untouched = false;
  event.preventDefault();
}

/** Shows the routes of an answer: fragments of lines and stops, and the boxes of all routes and of each. */
export function showRoutes(answer, index) {
  legs.innerHTML = answer.legs;
  stops.innerHTML = answer.stops;
  for (const leg of legs.children) {
    for (const path of leg.children) path.setAttribute("d", lines[+leg.dataset.l]);
  }
  boxes = answer.boxes;
  untouched = true;
  chooseOnMap(index);
  if (width) fit(boxes[0]);
}

/** Points along a line, so that names of countries and waters keep off the chosen route. */
function followPath(path) {
  const length = path.getTotalLength();
  const count = Math.min(60, Math.ceil(length / 25));
  return Array.from({ length: count }, (_, index) => {
    const { x, y } = path.getPointAtLength((length * (index + 0.5)) / count);
    return [x, y];
  });
}

/** Brings the chosen route to the front; its classes are set with those of the rest of the page. */
export function chooseOnMap(index) {
  chosen = index;
  for (const leg of [...legs.children]) {
    if (leg.classList.contains("on")) legs.append(leg);
  }
  track = [...legs.querySelectorAll(".leg.on .case")].flatMap(followPath);
  for (const mark of [...stops.children]) {
    if (mark.classList.contains("on")) stops.append(mark);
  }
  if (width) placeNames();
}

export function startMap(paths) {
  lines = paths;
  svg.setAttribute("preserveAspectRatio", "xMidYMid meet");
  select(svg).call(behaviour).on("dblclick.zoom", null);
  svg.addEventListener("keydown", pressKey);
  const hint = document.querySelector(".map-hint");
  svg.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    hint?.classList.add("seen");
    clearTimeout(hint?.timer);
    if (hint) hint.timer = setTimeout(() => hint.classList.remove("seen"), 1200);
  }, { passive: true });
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      untouched = button.dataset.zoom === "all";
      steps[button.dataset.zoom]();
    });
  }
  // Paper has one shape: the view is fitted to it, and back to the screen's afterwards.
  window.addEventListener("beforeprint", () => setSize(PAPER.width, PAPER.height));
  window.addEventListener("afterprint", resize);
  new ResizeObserver(resize).observe(svg.parentElement);
  resize();
}

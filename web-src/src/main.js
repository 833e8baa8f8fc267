// State of the page: flow, scenario, route, axis and theme, kept in the address so that a view can be sent on.
import { showItems, startItems } from "./items.js";
import { chooseOnMap, showRoutes, startMap } from "./map.js";
import { page, readPiece } from "./pieces.js";
import { startTables } from "./tables.js";

const root = document.documentElement;
const find = (id) => document.getElementById(id);
const state = { flow: page.start, scenario: 0, route: 0, axis: "one", theme: "" };
let answer = null, terms = [], drawn = "";

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const whole = (name, count, fallback) => {
    const number = Number(given.get(name) ?? NaN);
    return Number.isInteger(number) && number >= 0 && number < count ? number : fallback;
  };
  const found = {
    flow: whole("flow", page.flows.length, null),
    scenario: whole("scenario", page.scenarios.length, null),
    route: whole("route", 99, null),
    axis: ["one", "all"].includes(given.get("axis")) ? given.get("axis") : null,
    theme: ["light", "dark"].includes(given.get("theme")) ? given.get("theme") : null,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

function writeAddress() {
  const said = new URLSearchParams();
  said.set("flow", state.flow);
  if (state.scenario) said.set("scenario", state.scenario);
  if (state.route) said.set("route", state.route);
  if (state.axis === "all") said.set("axis", "all");
  if (state.theme) said.set("theme", state.theme);
  history.replaceState(null, "", `#${said}`);
}

/** Turns on what belongs to the chosen route: everything that names it in data-r. */
function markRoute() {
  const wanted = String(state.route);
  for (const part of find("explorer").querySelectorAll("[data-r]")) part.classList.toggle("on", part.dataset.r.split(" ").includes(wanted));
  for (const part of find("charts").querySelectorAll("[data-r]")) part.classList.toggle("on", part.dataset.r === wanted);
  for (const input of document.querySelectorAll('input[name="route"]')) input.checked = input.value === wanted;
  const list = document.querySelector(".cards.many");
  const card = list?.querySelector(".card.on");
  if (card) list.scrollTop = Math.max(0, Math.min(card.offsetTop - 30, Math.max(list.scrollTop, card.offsetTop + card.offsetHeight - list.clientHeight + 10)));
  const label = answer.routes[state.route]?.label;
  for (const row of document.querySelectorAll("#compare tr[data-label]")) row.classList.toggle("now", row.dataset.label === label);
  setAxis();
}

function setAxis() {
  const charts = find("charts");
  charts.classList.toggle("all", state.axis === "all");
  for (const chart of charts.querySelectorAll(".progress")) {
    const view = chart.querySelector(state.axis === "all" ? ".view.whole" : ".view.on");
    if (view) chart.querySelector(".plot")?.setAttribute("transform", `matrix(${view.dataset.m})`);
  }
}

function markFlow() {
  for (const row of document.querySelectorAll("tr[data-flow]")) row.classList.toggle("now", row.dataset.flow === String(state.flow));
  for (const part of document.querySelectorAll(".by-scenario")) part.classList.toggle("on", part.dataset.s === String(state.scenario));
  for (const select of document.querySelectorAll("select[data-column]")) select.value = page.flows[state.flow][select.dataset.column];
  for (const input of document.querySelectorAll('input[name="scenario"]')) input.checked = input.value === String(state.scenario);
  for (const input of document.querySelectorAll('input[name="axis"]')) input.checked = input.value === state.axis;
}

/** Landed costs of another scenario than the first stand packed until it is chosen. */
async function fillLanded() {
  const box = document.querySelector(".by-scenario.on > .packed:empty");
  if (box) box.innerHTML = await readPiece(box.dataset.piece);
}

async function show() {
  const wanted = `${state.flow}/${state.scenario}`;
  markFlow();
  await fillLanded();
  if (drawn !== wanted) {
    const piece = await readPiece(`flow-${state.flow}`);
    if (wanted !== `${state.flow}/${state.scenario}`) return;
    answer = piece.scenarios[state.scenario] || piece.scenarios[0];
    terms = piece.terms;
    state.route = Math.min(state.route, Math.max(0, answer.routes.length - 1));
    find("verdict").innerHTML = answer.verdict;
    find("cards").innerHTML = answer.cards;
    find("charts").innerHTML = answer.charts;
    find("compare").innerHTML = piece.compare;
    startTables(find("compare"));
    showRoutes(answer, state.route);
    find("routes").classList.toggle("refused", !answer.routes.length);
    find("compare-section").hidden = !piece.compare.trim();
    drawn = wanted;
  }
  markRoute();
  chooseOnMap(state.route);
  showItems(answer.routes[state.route], { unit: answer.unit, size: answer.size, terms });
  root.dataset.ready = `${wanted}/${state.route}`;
}

function set(changes) {
  Object.assign(state, changes);
  setTheme();
  writeAddress();
  return show();
}

function setTheme() {
  root.dataset.theme = state.theme || "auto";
}

/** The flow that keeps what was just chosen and as much of the rest as there is. */
function findFlow(column, value) {
  const now = page.flows[state.flow];
  const score = (flow) => (flow[column] === value ? 10 : 0) + [1, 2, 3].filter((other) => flow[other] === now[other]).length;
  return page.flows.reduce((best, flow, index) => (score(flow) > score(page.flows[best]) ? index : best), 0);
}

function listen() {
  document.addEventListener("change", ({ target }) => {
    if (target.name === "route") set({ route: Number(target.value) });
    else if (target.name === "scenario") set({ scenario: Number(target.value) });
    else if (target.name === "axis") set({ axis: target.value });
    else if (target.dataset.column) set({ flow: findFlow(Number(target.dataset.column), target.value), route: 0 });
  });
  find("theme").addEventListener("click", () => {
    const dark = state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    set({ theme: dark ? "light" : "dark" });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#flow=']");
    if (!link) return;
    event.preventDefault();
    set({ flow: Number(link.hash.slice(6)), route: 0 }).then(() => find("routes").scrollIntoView());
  });
  window.addEventListener("hashchange", () => {
    if (location.hash.includes("=")) set({ route: 0, ...readAddress() });
  });
  find("charts").addEventListener("click", ({ target }) => {
    const part = target.closest?.(".bar, .point, .scatter .name");
    if (part) set({ route: Number(part.dataset.r) });
  });
  find("stops").addEventListener("click", ({ target }) => {
    const routes = target.closest?.(".mark")?.dataset.r.split(" ");
    if (routes && !routes.includes(String(state.route))) set({ route: Number(routes[0]) });
  });
}

async function start() {
  Object.assign(state, readAddress());
  setTheme();
  root.classList.add("scripted");
  startTables();
  if (!find("explorer")) return;
  startItems();
  startMap(await readPiece("lines"));
  listen();
  await show();
}

start();

// Gain or loss against the move of the index, without and with the hedge, each with its range.
//
// The line with the hedge follows the slider while it is dragged, before the server knows of it: from the last whole
// contracts that the server found, each share of exposure more or less takes that share of beta dollars along. Once the
// slider rests, the server answers with whole contracts again.

const MARGIN = { top: 10, right: 14, bottom: 42, left: 62 };
const SERIES = ["unhedged", "hedged"];
const SHOWN_FIRST = -0.1;

const charts = new WeakMap();

export default function ({ data, parentElement }) {
  let chart = charts.get(parentElement);
  if (chart === undefined) {
    chart = new GainChart(parentElement);
    charts.set(parentElement, chart);
  }
  chart.show(data);
  return () => {
    chart.leave();
    charts.delete(parentElement);
  };
}

class GainChart {
  constructor(root) {
    this.svg = root.querySelector("svg");
    this.output = root.querySelector("output");
    this.title = root.querySelector("figcaption");
    this.caption = root.querySelector(".caption");
    this.numbers = root.querySelector("details");
    this.numbers.addEventListener("toggle", () => this.list());
    this.slider = new MutationObserver(() => this.follow());
    this.size = new ResizeObserver(() => this.draw());
    this.size.observe(this.svg);
    this.svg.addEventListener("pointermove", (event) => this.point(this.nearest(event)));
    this.svg.addEventListener("pointerdown", (event) => this.point(this.nearest(event)));
    this.svg.addEventListener("keydown", (event) => this.step(event));
    this.svg.addEventListener("focus", () => this.output.setAttribute("aria-live", "polite"));
    this.svg.addEventListener("blur", () => this.output.setAttribute("aria-live", "off"));
  }

  leave() {
    this.slider.disconnect();
    this.size.disconnect();
  }

  show(data) {
    this.data = data;
    this.pointed ??= Math.max(data.moves.indexOf(SHOWN_FIRST), 0);
    this.svg.setAttribute("aria-label", data.alt);
    this.title.textContent = `If the ${data.index} moves`;
    this.caption.textContent = `Move of the ${data.index}`;
    this.numbers.querySelector("p").textContent = data.remarks;
    const slider = document.querySelector(".st-key-hedge");
    this.slider.disconnect();
    if (slider !== null) {
      this.slider.observe(slider, { attributes: true, subtree: true, attributeFilter: ["value", "aria-valuetext"] });
    }
    this.share = data.share;
    this.draw();
  }

  // The share of exposure that the slider stands at, which may be ahead of what the server has answered.
  follow() {
    const input = document.querySelector(".st-key-hedge input[type=range]");
    if (input === null) return;
    this.share = Number(input.value) / 100;
    this.drawSeries();
  }

  // Gain, lower and upper end of a series at one move.
  range(series, i) {
    const { moves, unhedged, low, high, futures, share, perShare } = this.data;
    const hedge = series === "hedged" ? futures[i] + (this.share - share) * perShare * moves[i] : 0;
    return [unhedged[i] + hedge, low[i] + hedge, high[i] + hedge];
  }

  draw() {
    const { width, height } = this.svg.getBoundingClientRect();
    if (width === 0 || this.data === undefined) return;
    const { moves, low, high } = this.data;
    const most = Math.max(1, ...low.map(Math.abs), ...high.map(Math.abs));
    const [left, right] = [MARGIN.left, width - MARGIN.right];
    const [top, bottom] = [MARGIN.top, height - MARGIN.bottom];
    const edge = moves[moves.length - 1];
    this.x = (move) => left + ((move + edge) / (2 * edge)) * (right - left);
    this.y = (gain) => bottom - ((gain + most) / (2 * most)) * (bottom - top);
    const across = amounts(most).map((gain) => {
      const at = this.y(gain);
      const kind = gain === 0 ? "zero" : "grid";
      return `<line class="${kind}" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/>
        <text x="${left - 8}" y="${at}" dy="0.32em" text-anchor="end">${short(gain)}</text>`;
    });
    const every = width < 500 ? 2 : 1;
    const along = moves.map((move, i) => {
      if ((i - (moves.length - 1) / 2) % every !== 0) return "";
      return `<text x="${this.x(move)}" y="${bottom + 18}" text-anchor="middle">${percent(move)}</text>`;
    });
    this.svg.innerHTML = `${across.join("")}${along.join("")}
      ${SERIES.map((series) => `<polygon class="${series}"/>`).join("")}
      ${SERIES.map((series) => `<polyline class="${series}"/>`).join("")}
      <line class="pointed" y1="${top}" y2="${bottom}"/>
      ${SERIES.map((series) => `<circle class="${series}" r="4.5"/>`).join("")}`;
    this.drawSeries();
  }

  drawSeries() {
    for (const series of SERIES) {
      const ranges = this.data.moves.map((_, i) => this.range(series, i));
      const path = (end) => ranges.map((range, i) => `${this.x(this.data.moves[i])},${this.y(range[end])}`);
      this.svg.querySelector(`polyline.${series}`).setAttribute("points", path(0).join(" "));
      this.svg.querySelector(`polygon.${series}`).setAttribute("points", [...path(1), ...path(2).reverse()].join(" "));
    }
    this.point(this.pointed);
    this.list();
  }

  // The same as a table, for who has opened it.
  list() {
    if (!this.numbers.open) return;
    const rows = this.data.moves.map((move, i) => {
      const [[unhedged], [hedged, low, high]] = SERIES.map((series) => this.range(series, i));
      const amounts = [unhedged, hedged - unhedged, hedged].map((amount) => `<td>${dollars(amount)}</td>`);
      return `<tr><th scope="row">${percent(move)}</th>${amounts.join("")}<td>${dollars(low)} to ${dollars(high)}</td></tr>`;
    });
    this.numbers.querySelector("tbody").innerHTML = rows.join("");
  }

  nearest(event) {
    const at = event.clientX - this.svg.getBoundingClientRect().left;
    const distances = this.data.moves.map((move) => Math.abs(this.x(move) - at));
    return distances.indexOf(Math.min(...distances));
  }

  step(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.point(Math.min(Math.max(this.pointed + by, 0), this.data.moves.length - 1));
  }

  // Show the numbers of one move.
  point(i) {
    this.pointed = i;
    const move = this.data.moves[i];
    const rule = this.svg.querySelector(".pointed");
    rule.setAttribute("x1", this.x(move));
    rule.setAttribute("x2", this.x(move));
    const words = {};
    for (const series of SERIES) {
      const [gain, low, high] = this.range(series, i);
      const dot = this.svg.querySelector(`circle.${series}`);
      dot.setAttribute("cx", this.x(move));
      dot.setAttribute("cy", this.y(gain));
      words[series] = `<b>${dollars(gain)}</b> <small>${dollars(low)} to ${dollars(high)}</small>`;
    }
    const [hedged, unhedged] = [this.range("hedged", i)[0], this.range("unhedged", i)[0]];
    this.output.innerHTML = `<span class="move">${this.data.index} <b>${percent(move)}</b></span>
      <span class="unhedged">Without hedge ${words.unhedged}</span>
      <span class="futures">Futures <b>${dollars(hedged - unhedged)}</b></span>
      <span class="hedged">With hedge ${words.hedged}</span>`;
  }
}

// Round amounts that part an axis from -most to most.
function amounts(most) {
  const rough = most / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((each) => each >= rough);
  const count = Math.floor(most / step);
  return Array.from({ length: 2 * count + 1 }, (_, i) => (i - count) * step);
}

function short(amount) {
  const formatted = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
  return (amount < 0 ? "-$" : "$") + formatted.format(Math.abs(amount));
}

function dollars(amount) {
  const rounded = Math.round(amount);
  const sign = rounded < 0 ? "-" : rounded > 0 ? "+" : "";
  return `${sign}$${Math.abs(rounded).toLocaleString("en-US")}`;
}

function percent(move) {
  const rounded = Math.round(100 * move);
  return `${rounded > 0 ? "+" : ""}${rounded}%`;
}

// Runs in the page, where there is a document: types are in in-page.d.ts, since nothing else here knows of one.

/**
 * Every text with too little contrast to what is behind it, as "ratio: text". Text in a drawing is seen on the card that
 * the drawing stands on, or on the last shape before it that covers its middle.
 */
export function faintTexts(least) {
  const parse = (text) => {
    const numbers = /^rgba?\(([^)]*)\)$/
      .exec(text)?.[1]
      ?.split(/[\s,/]+/)
      .map(Number);
    return numbers && [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? 1];
  };
  const luminance = ([red, green, blue]) => {
    const [r = 0, g = 0, b = 0] = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (top, under) => {
    const mix = (index) => top[index] * top[3] + under[index] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const ground = (element) => {
    if (element === null) return parse(getComputedStyle(document.body).backgroundColor) ?? [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    if (own === undefined || own[3] === 0) return ground(element.parentElement);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  /** The last shape with a plain fill, drawn before the text, that its middle lies in. */
  const shapeUnder = (text) => {
    const { left, top, width, height } = text.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const shapes = [...(text.closest("svg")?.querySelectorAll("path, rect, circle") ?? [])].filter((shape) => {
      if (!(shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING) || shape.closest("defs"))
        return false;
      const matrix = shape.getScreenCTM();
      return matrix && shape.isPointInFill(new DOMPoint(x, y).matrixTransform(matrix.inverse()));
    });
    const fills = shapes
      .map((shape) => {
        const { fill, fillOpacity } = getComputedStyle(shape);
        const color = parse(fill);
        return color && [color[0], color[1], color[2], color[3] * Number(fillOpacity)];
      })
      .filter((fill) => fill !== undefined && fill[3] > 0);
    return fills.at(-1);
  };
  const faint = [];
  let looked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? "";
    if (element === null || text === "" || element.closest("title, style, .hidden, .skip")) continue;
    if (element.getClientRects().length === 0) continue;
    const drawn = element.closest("svg") !== null;
    const style = getComputedStyle(element);
    const color = parse(drawn ? style.fill : style.color);
    const under = (drawn ? shapeUnder(element) : undefined) ?? ground(element.closest("svg") ?? element);
    if (color === undefined) {
      faint.push(`no colour: ${text}`);
      continue;
    }
    looked += 1;
    const [one, two] = [luminance(over(color, under)), luminance(under)];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < least) faint.push(`${ratio.toFixed(2)}: ${text.slice(0, 60)}`);
  }
  return { looked, faint };
}

/** The timelines that are shown, and whether each has all that it is to have. */
export function timelines() {
  return [...document.querySelectorAll("figure.timeline")].map((figure) => {
    const shown = [...figure.querySelectorAll("svg.chart")].filter((svg) => svg.getBoundingClientRect().width > 0);
    const all = shown[0].getBoundingClientRect();
    const texts = [...shown[0].querySelectorAll("text")].map((text) => ({
      text: text.textContent,
      badge: text.getAttribute("fill") === "var(--page)",
      ...text.getBoundingClientRect().toJSON(),
    }));
    const areas = [...shown[0].querySelectorAll("path[fill^='var'], path[fill^='url']")];
    return {
      shown: shown.length,
      named: shown[0].querySelector("title").textContent.length > 20,
      areas: areas.filter((path) => path.getBoundingClientRect().width > 50).length > 5,
      badges: texts.filter(({ badge }) => badge).map(({ text }) => text),
      marks: [...figure.querySelectorAll("ol.marks li")].map((_, index) => String(index + 1)),
      small: texts.filter(({ height }) => height < 9).map(({ text }) => text),
      outside: texts.filter(({ left, right }) => left < all.left - 1 || right > all.right + 1).map(({ text }) => text),
    };
  });
}

export function colors() {
  const fill = (selector) => getComputedStyle(document.querySelector(selector)).fill;
  const page = getComputedStyle(document.body).backgroundColor;
  return [page, fill("path[fill='var(--fine-area)']"), fill(".stack .box.passed")];
}

/** What scrolls sideways and cannot be reached, or has no name, with the keyboard. */
export function unreachable() {
  const scrolls = [...document.querySelectorAll("*")].filter(
    (one) => one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX),
  );
  return {
    scrolls: scrolls.length,
    unreachable: scrolls.filter((one) => one.tabIndex < 0 || !one.ariaLabel).map((one) => one.className),
  };
}

export function outline() {
  const unnamed = (svg) => !(svg.role === "img" && svg.ariaLabel && svg.querySelector("title"));
  return {
    levels: [...document.querySelectorAll("h1, h2, h3, h4")].map(({ tagName }) => Number(tagName[1])),
    tablesWithoutCaption: [...document.querySelectorAll("table")].filter((table) => !table.caption?.textContent).length,
    drawingsWithoutName: [...document.querySelectorAll("svg:not([aria-hidden=true])")].filter(unnamed).length,
  };
}

export function onPaper() {
  return {
    background: getComputedStyle(document.body).backgroundColor,
    unfolded: document.querySelector("details table").getBoundingClientRect().height > 100,
    tooWide: [...document.querySelectorAll("table")].filter(
      (table) => table.getBoundingClientRect().right > innerWidth + 1,
    ).length,
  };
}

export function width() {
  return document.documentElement.scrollWidth;
}

export function focused() {
  return [document.activeElement.textContent, location.hash];
}

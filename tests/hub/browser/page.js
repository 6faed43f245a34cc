// What the tests ask a page. Every function of this file is there for each script that `Browser` runs.

const plain = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const shown = (node) => node.checkVisibility({ visibilityProperty: true });

// The text that stands for what can be clicked.
const words = (node) => plain(node.getAttribute('aria-label') || (node.matches('input') ? node.value : node.innerText));

// Of nodes with a text each: those that have exactly this one, else those that begin with it.
function called(text, pairs) {
  const exact = pairs.filter(([, own]) => own === text);
  const found = exact.length ? exact : pairs.filter(([, own]) => own.startsWith(text));
  return [...new Set(found.map(([node]) => node))];
}

function selected(css) {
  try {
    return [...document.querySelectorAll(css)];
  } catch {
    return [];
  }
}

// One node, or why not: null is worth to wait for.
function only(nodes, what) {
  if (nodes.length > 1) {
    throw new Error(`there are ${nodes.length} of "${what}"; say which`);
  }
  return nodes[0] ?? null;
}

const CLICKABLE = 'a[href], button, summary, [role=button], [role=tab], input[type=submit], input[type=button], input[type=reset]';

const clickables = (what) => called(plain(what), [...document.querySelectorAll(CLICKABLE)].filter(shown).map((node) => [node, words(node)]));

function clickable(what) {
  const named = clickables(what);
  return only(named.length ? named : selected(what).filter(shown), what);
}

// Of those that are called so, the one in the smallest part of the page that holds the text as well.
function beside(near, what) {
  const sized = clickables(what).map((node) => {
    let part = node;
    while (part && !plain(part.innerText).includes(plain(near))) {
      part = part.parentElement;
    }
    return [node, part ? part.querySelectorAll('*').length : Infinity];
  });
  const least = Math.min(...sized.map(([, size]) => size));
  return only(sized.filter(([, size]) => size === least && size < Infinity).map(([node]) => node), what);
}

// The control that a label is for; what is uploaded through may be hidden by its label.
function field(label) {
  const controls = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter((node) => shown(node) || node.type === 'file');
  const pairs = controls.flatMap((node) => [
    ...[...(node.labels ?? [])].map((one) => [node, plain(one.innerText)]),
    [node, plain(node.getAttribute('aria-label'))],
    ...plain(node.getAttribute('aria-labelledby')).split(' ').map((id) => [node, plain(document.getElementById(id)?.innerText)]),
  ]).filter(([, own]) => own);
  const named = called(plain(label), pairs);
  return only(named.length ? named : selected(label), label);
}

// What is to be clicked to choose an option: of a list, or of a group of buttons under a legend.
function option(label, text) {
  const groups = called(plain(label), [...document.querySelectorAll('fieldset')].map((node) => [node, plain(node.querySelector('legend')?.innerText)]));
  if (groups.length) {
    const buttons = [...only(groups, label).querySelectorAll('input')];
    return only(called(plain(text), buttons.flatMap((node) => [...node.labels].map((one) => [node, plain(one.innerText)]))), text);
  }
  const list = field(label);
  return list && only(called(plain(text), [...list.options].map((node) => [node, plain(node.label)])), text);
}

// What no keyboard types alike everywhere, or would take long: set as if it had been typed.
function typed(node, text) {
  node.value = text;
  node.dispatchEvent(new Event('input', { bubbles: true }));
  node.dispatchEvent(new Event('change', { bubbles: true }));
  return node.value;
}

const page = () => plain(document.body?.innerText);

// What makes the page wider than its window.
function sideways() {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) {
    return [];
  }
  const wide = [...document.body.querySelectorAll('*')].filter((node) => shown(node) && node.getBoundingClientRect().right > root.clientWidth + 0.5);
  const outer = wide.filter((node) => !wide.includes(node.parentElement));
  return [`${root.scrollWidth} px wide`, ...outer.map((node) => node.outerHTML.slice(0, 160))];
}

// What moved from where it had been shown, once what is still to be drawn is drawn; what follows upon
// somebody's doing (an input, another size of the window) within half a second does not count.
function shifts() {
  return new Promise((done) => {
    const said = [];
    const place = ({ x, y, width, height }) => `${Math.round(x)},${Math.round(y)} ${Math.round(width)}x${Math.round(height)}`;
    const source = ({ node, previousRect, currentRect }) => `${place(previousRect)} -> ${place(currentRect)} ${(node?.outerHTML ?? '').slice(0, 120)}`;
    const note = (entry) => said.push(`${entry.value.toFixed(4)} at ${Math.round(entry.startTime)} ms: ${entry.sources.map(source).join('; ')}`);
    const take = (entries) => entries.filter((entry) => !entry.hadRecentInput).forEach(note);
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
      take(observer.takeRecords());
      observer.disconnect();
      done(said);
    })));
  });
}

// What may not stand in what (HTML, content models), as far as a selector says it.
const MISPLACED = [
  ':is(a, button) :is(a, button, input, select, textarea, summary, details)', 'form form', 'label label', 'main main',
  ':is(p, h1, h2, h3, h4, h5, h6, span, button, label, em, strong, code, pre, small, time, summary > span, dt > span) :is(div, p, ul, ol, dl, table, section, article, aside, nav, form, fieldset, header, footer, main, blockquote, pre)',
  'ul > :not(li, template, script)', 'ol > :not(li, template, script)', 'li:not(ul > *, ol > *, menu > *)',
  'dl > :not(dt, dd, div)', ':is(dt, dd):not(dl > *, dl > div > *)',
  'table > :not(caption, colgroup, thead, tbody, tfoot)', 'tr > :not(th, td)', 'select > :not(option, optgroup, hr)',
  'dt :is(header, footer, section, article, nav, h1, h2, h3, h4, h5, h6)', 'th :is(header, footer, section, article, nav, h1, h2, h3, h4, h5, h6)',
  'legend:not(fieldset > :first-child)', 'summary:not(details > :first-child)', 'caption:not(table > :first-child)', 'figcaption:not(figure > *)',
  'img:not([alt])', 'body style', 'main ~ main', ':is(center, font, big, strike, tt, marquee)', '[align], [bgcolor], [border], td[width], [onclick], [style]',
];

// How a browser reads a source: every element with its depth, and what stands where it may not.
function reading(source) {
  const read = new DOMParser().parseFromString(source, 'text/html');
  const tree = [];
  const walk = (node, depth) => {
    tree.push(`${depth} ${node.localName.toLowerCase()}`);
    for (const child of (node.localName === 'template' ? node.content : node).children) {
      walk(child, depth + 1);
    }
  };
  walk(read.documentElement, 0);
  const misplaced = MISPLACED.flatMap((css) => [...read.querySelectorAll(css)].map((node) => `${css}: ${node.outerHTML.slice(0, 160)}`));
  return { tree, misplaced };
}

// An asciicast as an SVG that plays by itself: one picture for each moment, side by side, which an animation moves past. Lines that are the same in many
// pictures are there once. No script in it, so it plays where a page shows it as an image.
import { Screen } from './screen.mjs';

/** In pixels. */
const WIDTH = 8.4;
const HEIGHT = 18;
const MARGIN = 14;
/** Pictures that are shown shorter than this, in seconds, are left out. */
const SHORTEST = 0.04;
/** How long the last one stays. */
const LAST = 4;
const COLOURS = {
  31: '#ff7b72',
  32: '#56d364',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  37: '#e6edf3',
  90: '#8b949e',
};

/** The SVG of an asciicast's text. `title` is what is read aloud, with the last picture's text. */
export function svgOf(cast, title) {
  const [{ term }, ...events] = cast
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  const frames = framesOf(events, new Screen(term.cols, term.rows));
  const rows = Math.max(...frames.map(frame => frame.lines.length));
  const [width, height] = [term.cols * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN];
  const lines = new Map();
  const pictures = frames.map((frame, index) => picture(frame, index * width, lines));
  const length = frames.at(-1).time + LAST;
  const keys = frames.map(
    ({ time }, index) => `${((100 * time) / length).toFixed(3)}%{transform:translateX(${-index * width}px)}`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title text">
<title id="title">${escaped(title)}</title>
<desc id="text">${escaped(frames.at(-1).text)}</desc>
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}
.b{font-weight:700}.d{opacity:.65}${Object.entries(COLOURS)
    .map(([code, colour]) => `.c${code}{fill:${colour}}`)
    .join('')}
#film{animation:film ${length.toFixed(2)}s step-end infinite}
@keyframes film{${keys.join('')}}
@media(prefers-reduced-motion:reduce){#film{animation:none;transform:translateX(${-(frames.length - 1) * width}px)}}
</style>
<defs>
<clipPath id="screen"><rect width="${width}" height="${height}"/></clipPath>
${[...lines].map(([line, id]) => `<g id="${id}">${line}</g>`).join('\n')}
</defs>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<g clip-path="url(#screen)"><g id="film">
${pictures.join('\n')}
</g></g>
</svg>
`;
}

/** What is on the screen, each time that it has changed. */
function framesOf(events, screen) {
  const frames = [];
  let time = 0;
  for (const [interval, code, data] of events) {
    time += interval;
    if (code !== 'o') continue;
    screen.write(data);
    const text = screen.text().join('\n');
    const last = frames.at(-1);
    if (last?.text === text) continue;
    if (last !== undefined && time - last.time < SHORTEST) frames.pop();
    frames.push({
      time: Math.min(time, last !== undefined && time - last.time < SHORTEST ? last.time : time),
      text,
      lines: screen.visible().map(runsOf),
    });
  }
  return frames;
}

/** Cells of one style together. */
function runsOf(line) {
  const runs = [];
  line.forEach((cell, column) => {
    const last = runs.at(-1);
    if (last !== undefined && last.style === cell.style) last.text += cell.text;
    else runs.push({ column, style: cell.style, text: cell.text });
  });
  return runs.filter(run => run.text.trim() !== '');
}

function picture({ lines: rows }, left, lines) {
  const uses = rows.flatMap((runs, row) => {
    if (runs.length === 0) return [];
    const line = runs.map(runText).join('');
    if (!lines.has(line)) lines.set(line, `l${lines.size}`);
    return [`<use href="#${lines.get(line)}" y="${MARGIN + row * HEIGHT}"/>`];
  });
  return `<g transform="translate(${left + MARGIN} 0)">${uses.join('')}</g>`;
}

/** Its length is said, so that columns stand below each other in any font. */
function runText({ column, style, text }) {
  const words = text.trimEnd();
  const classes = style
    .split(';')
    .filter(Boolean)
    .map(code => ({ 1: 'b', 2: 'd' })[code] ?? `c${code}`);
  const length = ([...words].length * WIDTH).toFixed(1);
  return `<text x="${(column * WIDTH).toFixed(1)}" y="13" textLength="${length}" lengthAdjust="spacingAndGlyphs"${classes.length > 0 ? ` class="${classes.join(' ')}"` : ''}>${escaped(words)}</text>`;
}

function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

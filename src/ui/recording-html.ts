/** A recording as one page without a network: a reader steps through it, and sees the container's mounts change. */

import { createHash } from 'node:crypto';
import { stepCommand, undoText } from '../plan/display.ts';
import type { Plan, Step } from '../plan/step.ts';
import { plansOf } from '../record/progress.ts';
import type { Recording } from '../record/read.ts';
import { marks } from './marks.ts';
import { duration, ending } from './messages.ts';
import { commandLineText } from './operation-text.ts';
import style from './page/viewer.page.css';
import script from './page/viewer.page.js';
import { type Scene, storyOf } from './story.ts';
import { cleanedUpSentence, doneSentence, failedSentence } from './summary.ts';
import { visible, visibleLines } from './visible.ts';

/** The text of the file. */
export function recordingHtml(recording: Recording): string {
  const title = commandLineText(recording);
  const { header } = recording;
  const who = header.machine.user === 'root' ? 'root' : 'an ordinary user';
  const meta = visible(
    `recorded ${header.started} as ${who}, on Linux ${header.machine.kernel}, by tinydocker ${header.tinydocker}`,
  );
  // Whatever is in the data: nothing may be loaded, and no other script runs.
  const policy = `default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>$ ${escaped(title)}</h1>
<p class="dim">${escaped(meta)}</p>
</header>
<noscript><p>This page needs JavaScript to step through the recording; it loads nothing.</p></noscript>
<nav id="bar" aria-label="Scenes">
<button type="button" id="back" aria-keyshortcuts="ArrowLeft">&larr; Back</button>
<button type="button" id="next" aria-keyshortcuts="ArrowRight">Next &rarr;</button>
<input type="range" id="slider" min="0" value="0" aria-label="Scene">
<span id="place" class="dim"></span>
</nav>
<p id="live" class="visually-hidden" role="status" aria-live="polite"></p>
<main>
<section aria-labelledby="plan"><h2 id="plan"></h2><ol id="steps"></ol></section>
<div id="details">
<section><h2 id="title"></h2><p id="time" class="dim"></p>
<div id="step-section">
<h3>Command</h3><pre id="command"></pre><pre id="output" class="failed"></pre>
<h3>Why</h3><p id="why"></p>
<h3>Undo</h3><pre id="undo"></pre>
<h3>Where</h3><p id="where"></p>
</div></section>
<section id="changes-section"><h2>What changed</h2><ul id="changes"></ul></section>
<section id="mounts-section"><h2>Mounts of the container</h2>
<label id="copied-label"><input type="checkbox" id="copied"> <span id="copied-count" class="dim"></span></label>
<ul id="mounts"></ul></section>
</div>
</main>
<script type="application/json" id="recording">${dataText(recording)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** As JSON in which nothing can end the element that it stands in. */
function dataText(recording: Recording): string {
  const plans = plansOf(recording);
  const index = new Map(plans.map(({ number }, position) => [number, position] as const));
  const trees = new Map<string, number>();
  const treeOf = (mounts: Scene['mounts']): number | null => {
    if (mounts === undefined) return null;
    const text = JSON.stringify(mounts.map(line => ({ ...line, text: visible(line.text) })));
    const known = trees.get(text) ?? trees.size;
    trees.set(text, known);
    return known;
  };
  let shown: Scene['mounts'];
  const scenes = storyOf(recording)
    .filter(({ plan }) => index.has(plan))
    .map(scene => {
      // Nothing is looked at between undos: the last look holds until the next one.
      shown = scene.changes === undefined && scene.happened !== 'end' ? shown : scene.mounts;
      return { plan: index.get(scene.plan), ...sceneValue(scene), tree: treeOf(shown) };
    });
  const value = {
    marks: marks(true).status,
    plans: plans.map(({ plan }) => planValue(plan)),
    scenes,
    trees: [...trees.keys()].map(text => JSON.parse(text) as unknown),
  };
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function planValue({ summary, steps }: Plan): object {
  return { summary: visible(summary), steps: steps.map(stepValue) };
}

function stepValue(step: Step): object {
  const { where } = step;
  return {
    title: visible(step.title),
    command: visibleLines(stepCommand(step)).join('\n'),
    why: visible(step.why),
    undo: visibleLines(undoText(step)).join('\n'),
    where:
      where.type === 'host'
        ? 'on the host'
        : visible(`by a program of the host, in the container's namespaces: ${where.namespaces.join(', ')}`),
  };
}

function sceneValue({ state, step, status, happened, time, milliseconds, changes }: Scene): object {
  const position = state.steps.findIndex(row => row.step.id === step);
  const failure = state.steps[position]?.failure;
  return {
    happened,
    step: position < 0 ? null : position,
    label: visible(labelOf({ state, happened, step, status }, position)),
    when: `${time.toFixed(3)} s after the start${milliseconds === undefined ? '' : `; it took ${duration(milliseconds)}`}`,
    status: state.steps.map(row => row.status),
    output:
      failure === undefined || happened !== 'step'
        ? []
        : [ending(failure), ...visibleLines(failure.stderr)].filter(line => line !== ''),
    changes: changes?.map(({ sign, text }) => ({ sign, text: visible(text) })) ?? null,
  };
}

/** What happened, in a sentence. */
function labelOf(
  {
    state,
    happened,
    status,
  }: Pick<Scene, 'state' | 'happened'> & { readonly step: string | undefined; readonly status: StatusOf },
  position: number,
): string {
  const title = state.steps[position]?.step.title ?? '';
  switch (happened) {
    case 'begin':
      return 'Before the first step';
    case 'step':
      return `Step ${position + 1} of ${state.steps.length}, ${title}: ${status}`;
    case 'undo':
      return `Undo of step ${position + 1}, ${title}: ${status}`;
    case 'back':
      return `Step ${position + 1}, ${title}: taken back`;
    case 'end':
      if (state.outcome?.type !== 'succeeded') return failedSentence(state);
      return state.started ? cleanedUpSentence(state) : doneSentence(state);
  }
}

type StatusOf = Scene['status'] | undefined;

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

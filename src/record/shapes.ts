/** The shapes of what a recording has in it: as far as anybody who shows it relies on them. test/record/read.test.ts holds them against real plans. */

import {
  amount,
  anything,
  byType,
  either,
  listOf,
  object,
  oneOf,
  type Shape,
  text,
  word,
  yesOrNo,
} from './shape.ts';

const arg: Shape = either(text, listOf(either(text, object({ var: text }))));
const argv = listOf(arg);

const where = byType({
  host: anything,
  inside: object({ namespaces: listOf(text) }, { directory: arg, hostRoot: yesOrNo }),
});

const action = byType({
  run: object(
    { argv },
    { stdout: arg, stdin: arg, callersStdout: yesOrNo, callersStdin: yesOrNo, capture: text },
  ),
  write: object({ path: arg, text: arg, mode: text }),
  hold: object({ path: arg }),
  start: object({ argv, gate: arg, ready: arg, stdin: yesOrNo, terminal: yesOrNo }),
  release: object({ gate: arg }),
  wait: anything,
});

const undo = byType({
  nothing: object({ reason: text }),
  with: object({ step: text, reason: text }),
  command: object({ argv, when: oneOf('always', 'failure') }),
  'stop-init': anything,
});

const back = byType({
  command: object({ argv }, { where }),
  replay: object({ reason: text }),
});

const step = object(
  { id: text, phase: text, title: text, why: text, pitfalls: listOf(text), where, action, undo },
  { reserves: yesOrNo, failsOnPurpose: yesOrNo, back },
);

const plan = object(
  {
    kind: text,
    subject: text,
    summary: text,
    variables: listOf(object({ name: text, meaning: text }, { value: arg })),
    phases: listOf(object({ id: text, title: text })),
    steps: listOf(step),
    notes: listOf(text),
  },
  {
    workspace: arg,
    background: yesOrNo,
    contents: object({ title: text, lines: listOf(text) }),
  },
);

const explained = {
  hint: text,
  checked: listOf(object({ what: text }, { holds: yesOrNo, culprit: yesOrNo })),
  lesson: word,
};

const diagnosis = object({ cause: text }, explained);

const failure = object(
  { command: text, stderr: text },
  { exitStatus: amount, signal: text, onPurpose: yesOrNo, diagnosis },
);

const outcome = object(
  {
    type: oneOf('succeeded', 'failed', 'interrupted'),
    status: amount,
    milliseconds: amount,
    leftovers: listOf(object({ step: text, command: text, reason: text })),
  },
  { failedStep: text, failure },
);

const files = listOf(object({ path: text, type: text }, { size: amount }));

const mount = object({
  id: amount,
  parent: amount,
  root: text,
  target: text,
  type: text,
  source: text,
  options: text,
  superOptions: text,
  propagation: text,
});

const init = object(
  {
    pid: amount,
    number: amount,
    processes: listOf(object({ pid: amount, number: amount, command: text })),
    namespaces: listOf(object({ name: text, id: amount, own: yesOrNo })),
    mounts: listOf(mount),
    interfaces: listOf(object({ name: text, up: yesOrNo })),
    cgroups: listOf(text),
  },
  { hostname: text },
);

const snapshot = object(
  {
    host: object({ mounts: amount, digest: text }),
    directory: files,
    upper: files,
    upperComplete: yesOrNo,
  },
  { init },
);

const differences = listOf(object({ topic: text, sign: oneOf('+', '-', '~'), text }));

const writer = object({ pid: amount, start: text, boot: text, namespace: text });

/** Every type of event that this version knows. The others are skipped. */
export const EVENT_SHAPES: Readonly<Record<string, Shape>> = {
  'plan-started': object({ plan }),
  'step-started': object({ step: text }),
  'step-progress': object({ step: text, done: amount, total: amount }),
  'step-done': object({ step: text, milliseconds: amount }),
  note: object({ step: text, text }),
  'step-failed': object({ step: text, milliseconds: amount, failure }),
  'container-started': object({ pid: amount }),
  'container-exited': object({ status: amount }),
  'changes-discarded': object({ changes: amount, complete: yesOrNo }),
  interrupted: object({ signal: text, reaction: text }),
  'undo-started': object({ step: text, command: text }),
  'undo-done': object({ step: text, milliseconds: amount }),
  'undo-failed': object({ step: text, command: text, reason: text }),
  snapshot: object({ moment: oneOf('begin', 'step', 'back', 'shell', 'end'), snapshot }, { step: text }),
  'back-started': object({ step: text, command: text }),
  'back-done': object({ step: text, milliseconds: amount }, { differences }),
  'back-failed': object({ step: text, reason: text }),
  restarting: object({}, { until: text, reason: text }),
  replayed: object({ until: text }, { differences }),
  'step-replaced': object({ step }),
  'plan-ended': object({ outcome }),
  message: object({ kind: oneOf('note', 'error'), text }, explained),
  continued: object({ writer }),
};

/** The header, when its format and version are right. */
export const HEADER_SHAPE: Shape = object(
  {
    tinydocker: text,
    commandLine: listOf(text),
    started: text,
    machine: object({ kernel: text, user: oneOf('root', 'ordinary') }),
  },
  { terminal: object({ columns: amount, rows: amount }), writer },
);

export const LINE_SHAPE: Shape = object({ time: amount, plan: amount, event: object({ type: text }) });

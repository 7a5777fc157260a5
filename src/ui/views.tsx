/** What the terminal shows of a plan. Each component has a known height, because the live region must stay smaller than the screen. */

import { Box, Static, Text } from 'ink';
import { Fragment, type ReactNode } from 'react';
import { shortCommand, undoText } from '../plan/display.ts';
import type { Step } from '../plan/step.ts';
import { ENGLISH, type Translate } from '../plan/translate.ts';
import { padColumns } from '../plan/width.ts';
import { wrap } from '../plan/wrap.ts';
import { FailureDetails } from './failure-view.tsx';
import type { Marks } from './marks.ts';
import { duration, size } from './messages.ts';
import { count, type ProgressState, type StepProgress } from './progress.ts';
import { Line, StatusText } from './status-view.tsx';
import { visible } from './visible.ts';

export interface ViewProps {
  readonly state: ProgressState;
  /** The step whose turn comes after the pause. */
  readonly next?: Step | undefined;
  readonly marks: Marks;
  /** Words in the reader's language; the plan's own are in it already. */
  readonly say?: Translate;
  readonly columns: number;
  readonly rows: number;
  /** What keys do, when it is not that Ctrl-C stops and undoes. */
  readonly keys?: string | undefined;
}

/** Narrower than this, in columns, rows go without their command. */
const WIDE = 72;

/** While a plan runs. `paced`: finished rows stay where they are for good; otherwise everything is redrawn and goes in the end. */
export function RunView({ paced, ...props }: ViewProps & { readonly paced: boolean }): ReactNode {
  const finished = paced ? finishedRows(props.state) : [];
  return (
    <>
      <Static items={paced && props.state.plan !== undefined ? ['header', ...finished] : []}>
        {item =>
          typeof item === 'string' ? (
            <Header key={item} {...props} />
          ) : (
            <StepRow key={item.step.id} row={item} {...props} />
          )
        }
      </Static>
      <Live {...props} skip={finished.length} headed={!paced} />
    </>
  );
}

/** While what a container leaves is taken away. */
export function CleanupView(props: ViewProps): ReactNode {
  return (
    <Box flexDirection="column">
      <Undos {...props} limit={props.rows - 3} />
    </Box>
  );
}

/** How many rows RunView has printed for good: a failed plan's ending goes on after them. */
export function finishedRows({ steps }: ProgressState): readonly StepProgress[] {
  const end = steps.findIndex(
    ({ status, milliseconds }) => milliseconds === undefined || status === 'failed',
  );
  return end < 0 ? steps : steps.slice(0, end);
}

/** All of a plan that failed or was interrupted, to stay in the scrollback: without the first `skip` rows, which are there already, below their header. */
export function Ending({ skip, ...props }: ViewProps & { readonly skip: number | undefined }): ReactNode {
  const { state, say = ENGLISH } = props;
  const rest = state.steps.slice(skip ?? 0).filter(({ status }) => status !== 'skipped');
  const skipped = count(state.steps, 'skipped');
  return (
    <Box flexDirection="column">
      {skip === undefined && <Header {...props} />}
      {rest.map(row => (
        <Box key={row.step.id} flexDirection="column">
          {/* What was done is history; what became of it stands below. */}
          <StepRow
            row={row.status === 'undone' && row.failure === undefined ? { ...row, status: 'done' } : row}
            {...props}
          />
          {row.failure !== undefined && <FailureDetails row={row} failure={row.failure} say={say} />}
        </Box>
      ))}
      {skipped > 0 && (
        <Line dim>
          {` ${props.marks.status.skipped} ${say(`${skipped} step${skipped === 1 ? '' : 's'} not started`)}`}
        </Line>
      )}
      {state.undos.length > 0 && (
        <>
          <Text> </Text>
          <Undos {...props} limit={Number.POSITIVE_INFINITY} />
        </>
      )}
    </Box>
  );
}

function Live(props: ViewProps & { readonly skip: number; readonly headed: boolean }): ReactNode {
  const { state, next, rows, skip, headed, columns, say = ENGLISH } = props;
  if (state.plan === undefined) return null;
  if (state.phase === 'undo') return <Undos {...props} limit={rows - 4} />;
  const current = state.steps.find(({ status }) => status === 'running')?.step ?? next;
  const why = current === undefined ? [] : explanation(current, columns, Math.max(1, rows - 10), say);
  // Two rows stay free; the rest is taken by the bar, the hint, and what explains the present step.
  const space = rows - 2 - 2 - (headed ? 1 : 0) - (why.length > 0 ? why.length + 2 : 0);
  const left = around(state.steps.slice(skip), current, Math.max(1, space));
  return (
    <Box flexDirection="column">
      {headed && <Header {...props} />}
      {left.map(row => (
        <StepRow key={row.step.id} row={row} next={next} {...props} />
      ))}
      {why.length > 0 && <Text> </Text>}
      {why.map(line => (
        <Line key={line}>{line}</Line>
      ))}
      {why.length > 0 && <Text> </Text>}
      <Bar {...props} />
      <Hint {...props} />
    </Box>
  );
}

function Header({ state, say = ENGLISH }: ViewProps): ReactNode {
  const { plan } = state;
  const inside = state.steps.filter(({ step }) => step.where.type === 'inside').length;
  const steps = say(`${state.steps.length} steps (${state.steps.length - inside} host, ${inside} in)`);
  return <Line bold>{`tinydocker  ${visible(plan?.summary ?? '')}   ${steps}`}</Line>;
}

function StepRow({
  row: { step, status, milliseconds, bytes, failure },
  state,
  next,
  marks,
  columns,
  say = ENGLISH,
}: ViewProps & { readonly row: StepProgress }): ReactNode {
  const number = String(state.steps.findIndex(row => row.step.id === step.id) + 1).padStart(2);
  const upNext = status === 'to do' && next?.id === step.id;
  const right =
    bytes !== undefined && status === 'running'
      ? say(`${Math.floor((100 * bytes.done) / bytes.total)}% of ${size(bytes.total)}`)
      : milliseconds === undefined
        ? upNext
          ? say('next')
          : status === 'to do'
            ? ''
            : say(status)
        : `${failure === undefined ? '' : `${say('failed')}  `}${duration(milliseconds)}`;
  return (
    <Row
      mark={<StatusText status={upNext ? 'running' : status} text={upNext ? '>' : marks.status[status]} />}
      label={`${number} ${whereLabel(step, say)} ${step.title}`}
      command={columns < WIDE ? '' : shortCommand(step)}
      right={right}
      dim={status === 'to do' && !upNext}
      columns={columns}
    />
  );
}

function Undos({
  state,
  marks,
  columns,
  limit,
  say = ENGLISH,
}: ViewProps & { readonly limit: number }): ReactNode {
  const finished = count(state.undos, 'undone');
  const failed = count(state.undos, 'undo failed');
  // One that failed takes a second line, for the reason.
  const shown = state.undos.slice(0, Math.max(1, limit - failed));
  return (
    <Box flexDirection="column">
      <Line>{` ${say(`Undoing, newest first: ${finished}/${state.undos.length}${failed > 0 ? `, ${failed} FAILED` : ''}`)}`}</Line>
      {shown.map(({ step, status, milliseconds, reason }) => (
        <Fragment key={step.id}>
          <Row
            mark={<StatusText status={status} text={marks.status[status]} />}
            label={`   ${whereLabel(step, say)} ${step.title}`}
            command={columns < WIDE ? '' : undoText(step).replaceAll(/"([^"\\]*)"/g, '$1')}
            right={
              milliseconds === undefined ? (status === 'to do' ? '' : say(status)) : duration(milliseconds)
            }
            dim={status === 'to do'}
            columns={columns}
          />
          {reason !== undefined && <Line>{`     ${visible(reason)}`}</Line>}
        </Fragment>
      ))}
    </Box>
  );
}

/** One line: a mark, a label, a command that gives way first, and what stands at the right margin. */
function Row(props: {
  readonly mark: ReactNode;
  readonly label: string;
  readonly command: string;
  readonly right: string;
  readonly dim: boolean;
  readonly columns: number;
}): ReactNode {
  return (
    <Box width={props.columns}>
      <Box flexShrink={0} width={3} paddingLeft={1}>
        {props.mark}
      </Box>
      <Box {...(props.command === '' ? { flexGrow: 1 } : { width: 39, flexShrink: 0, paddingRight: 1 })}>
        <Text wrap="truncate-end" dimColor={props.dim}>
          {visible(props.label)}
        </Text>
      </Box>
      {props.command !== '' && (
        <Box flexGrow={1} flexShrink={1} flexBasis={0}>
          <Text wrap="truncate-end" dimColor>
            {visible(props.command)}
          </Text>
        </Box>
      )}
      <Box flexShrink={0} paddingLeft={1}>
        <Text dimColor={props.dim}>{props.right}</Text>
      </Box>
    </Box>
  );
}

/** Why and undo of a step, at most `limit` lines. */
function explanation(step: Step, columns: number, limit: number, say: Translate): readonly string[] {
  const width = Math.max(20, columns - 8);
  const paragraph = (label: string, text: string) =>
    wrap(visible(text), width).map(
      (line, index) => ` ${padColumns(index === 0 ? say(label) : '', 5)} ${line}`,
    );
  return [
    ...paragraph('Why', step.why).slice(0, Math.max(1, limit - 1)),
    ...paragraph('Undo', undoWords(step, say)).slice(0, 1),
  ];
}

/** Where the step runs, in four columns. */
function whereLabel(step: Step, say: Translate): string {
  return padColumns(say(step.where.type === 'host' ? 'host' : 'in'), 4);
}

/** A command is the same in every language. */
function undoWords(step: Step, say: Translate): string {
  const text = undoText(step);
  return step.undo.type === 'nothing' || step.undo.type === 'with' ? say(text) : text;
}

/** At most `limit` rows, those around the present step. */
function around(
  rows: readonly StepProgress[],
  current: Step | undefined,
  limit: number,
): readonly StepProgress[] {
  const at = Math.max(
    0,
    rows.findIndex(({ step }) => step.id === current?.id),
  );
  const begin = Math.max(0, Math.min(at - Math.floor(limit / 3), rows.length - limit));
  return rows.slice(begin, begin + limit);
}

function Bar({ state, marks, columns }: ViewProps): ReactNode {
  const total = state.steps.length;
  const running = state.steps.find(({ status }) => status === 'running')?.bytes;
  const done = count(state.steps, 'done') + (running === undefined ? 0 : running.done / running.total);
  const label = ` [${Math.floor(done)}/${total}] `;
  const width = Math.max(0, columns - label.length - 1);
  const filled = Math.round((width * done) / Math.max(1, total));
  const [full, empty] = marks.bar;
  return <Line>{label + full.repeat(filled) + empty.repeat(width - filled)}</Line>;
}

function Hint({ state, keys, say = ENGLISH }: ViewProps): ReactNode {
  const { interrupted } = state;
  if (interrupted !== undefined)
    return <Line bold>{` ${say(`${interrupted.signal}: ${interrupted.reaction}`)}`}</Line>;
  if (keys !== undefined) return <Line dim>{` ${keys}`}</Line>;
  const done = count(state.steps, 'done');
  return <Line dim>{` Ctrl-C  ${say(`stop here and undo ${done} step${done === 1 ? '' : 's'}`)}`}</Line>;
}

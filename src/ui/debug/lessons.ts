/** Which lesson is about what a step does. Pure. */

import type { LessonName } from '../../plan/lessons.ts';

const LESSONS: Readonly<Record<string, LessonName>> = {
  'reserve-name': 'two-containers',
  'make-directories': 'where-writes-go',
  'start-init': 'a-process',
  'mount-overlay': 'layers',
  'mount-kernel-filesystems': 'mount-namespace',
  'bind-devices': 'mount-namespace',
  'set-hostname': 'hostname-and-ipc',
  'raise-loopback': 'network',
  'pivot-root': 'pivot-root',
  'detach-old-root': 'chroot-is-not-enough',
  'open-gate': 'pid-1',
  wait: 'clean-up',
};

/** Undefined for a step that no lesson is about. */
export function lessonOf(step: string): LessonName | undefined {
  return LESSONS[step];
}

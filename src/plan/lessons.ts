/** The names of the lessons, for whatever points to one. */

/** In the order in which they are best read. */
export const LESSON_NAMES = [
  'two-containers',
  'a-process',
  'mount-namespace',
  'where-writes-go',
  'chroot-is-not-enough',
  'pivot-root',
  'pid-1',
  'hostname-and-ipc',
  'fake-root',
  'clean-up',
  'layers',
  'network',
] as const;

export type LessonName = (typeof LESSON_NAMES)[number];

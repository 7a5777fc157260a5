/** The surroundings in which every step's command runs, the same for the script and the executor. */

/**
 * PATH puts the system's directories in front of the caller's own, which follow it; LC_ALL=C makes the tools' messages the ones that
 * we know and can explain. mount(8) from util-linux 2.39 on would hand each option to fsconfig(2), which takes at most 255 characters: 22 layers;
 * with mount(2), as before, all options together have a page.
 */
export const STEP_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  LIBMOUNT_FORCE_MOUNT2: 'always',
};

/** Files of the store are for their owner only; what the container sees gets its mode explicitly. */
export const UMASK = 0o077;

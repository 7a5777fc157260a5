export const RUN_HELP = '';

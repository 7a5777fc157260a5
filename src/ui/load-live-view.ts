/** Loads Ink and what is drawn with it, only when something is drawn. The build keeps it out of the bundle that every run loads. */
export const loadLiveView = () => import('./live-view.tsx');

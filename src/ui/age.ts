/** Times as people say them. */

/** "3 hours ago"; `milliseconds` may be negative when the clock was set back. */
export function age(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (Number.isNaN(seconds)) return 'unknown';
  if (seconds < 1) return 'now';
  const units = [
    ['second', 60],
    ['minute', 60],
    ['hour', 24],
    ['day', 7],
    ['week', 8],
  ] as const;
  let count = seconds;
  for (const [unit, size] of units) {
    if (count < size) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
    count = Math.floor(count / size);
  }
  const months = Math.floor(seconds / (30 * 86_400));
  return months < 24 ? `${months} months ago` : `${Math.floor(months / 12)} years ago`;
}

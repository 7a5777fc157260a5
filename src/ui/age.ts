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

/** "About a minute", "3 hours": in docker's words and with its limits, for what is compared with its output. */
export function timeSpan(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.round(seconds / 3600);
  const days = Math.floor(hours / 24);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (days < 14) return `${days} days`;
  if (days < 60) return `${Math.floor(days / 7)} weeks`;
  if (days < 730) return `${Math.floor(days / 30)} months`;
  return `${Math.floor(days / 365)} years`;
}

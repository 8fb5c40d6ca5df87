// Numbers, sizes and times as people read them. What is not known is a dash.

const UNKNOWN = '–';

export function num(n) {
  if (n === null || n === undefined) return UNKNOWN;
  const a = Math.abs(n);
  if (a >= 1e9) return trim(n / 1e9) + ' G';
  if (a >= 1e6) return trim(n / 1e6) + ' M';
  if (a >= 1e4) return trim(n / 1e3) + ' k';
  return a < 10 && !Number.isInteger(n) ? n.toFixed(1) : String(Math.round(n));
}

export function bytes(n) {
  if (n === null || n === undefined) return UNKNOWN;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return (unit === 0 ? Math.round(n) : trim(n)) + ' ' + units[unit];
}

export function micros(n) {
  if (n === null || n === undefined) return UNKNOWN;
  if (n >= 1e6) return trim(n / 1e6) + ' s';
  return n >= 1000 ? trim(n / 1000) + ' ms' : Math.round(n) + ' µs';
}

export function seconds(n) {
  if (n === null || n === undefined) return UNKNOWN;
  if (n < 120) return Math.round(n) + ' s';
  if (n < 7200) return Math.floor(n / 60) + ' min';
  return n < 172800 ? Math.floor(n / 3600) + ' h' : Math.floor(n / 86400) + ' d';
}

export function count(n, noun, plural = noun + 's') {
  return n + ' ' + (n === 1 ? noun : plural);
}

export function ranges(list) {
  return list.map(([a, b]) => (a === b ? a : a + '–' + b)).join(', ');
}

export function size(list) {
  return list.reduce((sum, [a, b]) => sum + b - a + 1, 0);
}

function trim(n) {
  return n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2);
}

// One cluster: who has which slots, what moves, how it was in the last hours, and its nodes.

import { h } from './dom.js';
import { act, may } from './actions.js';
import { usagePart } from './usage.js';
import { badge, copied, moving, problems, served } from './overview.js';
import { nodeState, proxyActions, proxyState, table } from './tables.js';
import { bytes, count, micros, num, ranges, seconds, size } from './format.js';

const SLOTS = 16384;
const COLUMNS = 256;

const CHARTS = [
  ['ops_per_second', 'Commands/s', num], ['call_micros', 'Time of a command, average', micros],
  ['used_memory', 'Memory of the masters', bytes], ['lag_bytes', 'Lag of the last replica', bytes],
  ['keys', 'Keys', num], ['clients', 'Clients', num],
  ['input_kilobytes', 'From clients, per second', (n) => bytes(n === null ? n : n * 1024)],
  ['output_kilobytes', 'To clients, per second', (n) => bytes(n === null ? n : n * 1024)],
];

export function masters(details) {
  return details.proxies.flatMap((proxy) => proxy.nodes
    .filter((node) => node.role === 'master')
    .map((node) => ({ ...node, proxy: proxy.proxy_address, silent: proxy.state === 'silent' })));
}

function colour(index, total, lightness = 50) {
  return 'hsl(' + Math.round((index * 360) / Math.max(1, total) + 205) % 360 + ' 48% ' + lightness + '%)';
}

function fillOf(master, index, total) {
  return master.silent || !['up', 'unknown'].includes(master.state) ? '#7c1510' : colour(index, total);
}

// Each pixel is a slot, 256 in a row. Slots that move are in two colours; slots that are not served are dark red.
export function drawMap(canvas, details) {
  const context = canvas.getContext('2d');
  context.fillStyle = 'gray';
  context.fillRect(0, 0, COLUMNS, SLOTS / COLUMNS);
  const list = masters(details);
  const index = new Map(list.map((master, i) => [master.address, i]));
  const paint = (slot, fill) => {
    context.fillStyle = fill;
    context.fillRect(slot % COLUMNS, Math.floor(slot / COLUMNS), 1, 1);
  };
  list.forEach((master, i) => {
    const fill = fillOf(master, i, list.length);
    for (const [start, end] of master.slots) for (let slot = start; slot <= end; slot++) paint(slot, fill);
  });
  for (const move of details.migrations) {
    const to = index.get(Object.values(move.slot_range.tag)[0].dst_node_address);
    if (to === undefined) continue;
    for (const [start, end] of move.slot_range.range_list) {
      for (let slot = start; slot <= end; slot++) {
        if ((slot + Math.floor(slot / COLUMNS)) % 4 < 2) paint(slot, colour(to, list.length, move.state === 'waiting' ? 70 : 60));
      }
    }
  }
}

function slotMap(details) {
  const list = masters(details).filter((master) => master.slots.length > 0);
  const all = masters(details);
  const text = list.map((master) => master.address + ' has ' + size(master.slots) + ' slots').join(', ');
  return h('div', { class: 'map' },
    h('canvas', { id: 'map', 'data-drawn': true, width: COLUMNS, height: SLOTS / COLUMNS, role: 'img', 'aria-label': 'Slot map: ' + text }),
    h('ul', { class: 'legend', 'aria-label': 'Masters and their slots' }, all.map((master, i) => h('li', {},
      h('svg', { width: 11, height: 11, 'aria-hidden': 'true' }, h('rect', { width: 11, height: 11, rx: 2, fill: fillOf(master, i, all.length) })), ' ',
      h('span', { class: 'mono' }, master.address), ' ',
      h('span', { class: 'quiet', title: ranges(master.slots) }, size(master.slots) + ' slots')))));
}

export function movePercent(move) {
  if (['holding', 'switching', 'switched'].includes(move.state)) return 1;
  return move.keys_total > 0 ? Math.min(1, move.keys_copied / move.keys_total) : null;
}

export function moveRow(move, i) {
  const tag = Object.values(move.slot_range.tag)[0];
  const part = movePercent(move);
  return h('tr', { id: 'm-' + i },
    h('td', {}, h('span', { title: ranges(move.slot_range.range_list) }, count(size(move.slot_range.range_list), 'slot'))),
    h('td', { class: 'mono' }, tag.src_node_address + ' → ' + tag.dst_node_address),
    h('td', {}, badge(move.error ? 'warning' : move.state === 'waiting' ? 'notice' : 'busy', move.state)),
    h('td', {}, h('progress', { max: 1, value: move.state === 'waiting' ? 0 : part, 'aria-label': part === null ? move.state : Math.round(part * 100) + ' %' })),
    h('td', { class: 'num' }, move.keys_copied === undefined ? '–' : num(move.keys_copied) + ' of ' + num(move.keys_total)),
    h('td', { class: 'num' }, move.bytes_per_second === undefined ? '–' : bytes(move.bytes_per_second) + '/s'),
    h('td', { class: 'num' }, move.eta_ms === undefined ? '–' : seconds(move.eta_ms / 1000)));
}

const MOVE_HEADS = [['Slots'], ['From → to'], ['State'], ['Progress'], ['Keys', 'num'], ['Rate', 'num'], ['Left', 'num']];

export function movesTable(migrations) {
  return table('moves', 'Moves of slots', MOVE_HEADS, migrations.slice(0, 60).map(moveRow));
}

function chart([name, title, format], history) {
  const values = history.series[name];
  const known = values.filter((value) => value !== null);
  const top = known.length === 0 ? 1 : Math.max(...known, 1e-9);
  let line = '';
  let area = '';
  let from = null;
  values.forEach((value, i) => {
    if (value === null) {
      if (from !== null) area += 'V52H' + from + 'Z';
      from = null;
      return;
    }
    const point = i + ' ' + (50 - (46 * value) / top).toFixed(1);
    line += (from === null ? 'M' : 'L') + point;
    area += (from === null ? 'M' + i + ' 52L' : 'L') + point;
    if (from === null) from = i;
  });
  if (from !== null) area += 'V52H' + from + 'Z';
  const last = known.length === 0 ? null : known[known.length - 1];
  const minutes = Math.round((values.length * history.step_seconds) / 60);
  return h('section', { class: 'chart', 'aria-label': title },
    h('h3', {}, title, h('b', {}, format(last))),
    h('svg', { viewBox: '0 0 ' + (values.length - 1) + ' 52', preserveAspectRatio: 'none', role: 'img', 'aria-label': known.length === 0 ? 'nothing known'
      : 'now ' + format(last) + ', at most ' + format(top) + ' in ' + minutes + ' minutes' },
    h('line', { x1: 0, x2: values.length, y1: 51, y2: 51 }), h('path', { class: 'area', d: area }), h('path', { d: line })),
    h('div', { class: 'axis' }, h('span', {}, minutes < 120 ? minutes + ' min ago' : minutes / 60 + ' h ago'),
      h('span', {}, known.length === 0 ? 'not known' : 'max ' + format(top)), h('span', {}, 'now')));
}

export function clusterPage(state, details, history, minutes) {
  const cluster = details.cluster;
  const name = { cluster: cluster.name };
  return [
    h('h1', {}, cluster.name, served(cluster), h('span', {}, 'copies ', copied(cluster)),
      cluster.moves_running + cluster.moves_waiting > 0 ? h('span', {}, moving(cluster)) : null,
      may(state) && state.caller.data_access ? h('a', { href: '#/keys/' + encodeURIComponent(cluster.name), id: 'to-keys', class: 'button' }, 'Keys') : null),
    may(state) ? h('div', { class: 'buttons', id: 'cluster-actions' }, ['scale', 'reshard', 'rebalance', 'balance', 'config'].map((action) => act(state, action, name)),
      cluster.node_number_with_slots < cluster.node_number && details.migrations.length === 0 ? act(state, 'free_nodes', name) : null,
      act(state, 'remove', name)) : null,
    state.problems.some((problem) => problem.cluster === cluster.name) ? [h('h2', {}, 'What needs somebody'), problems(state, cluster.name)] : null,
    h('h2', {}, 'Slots', h('small', {}, count(masters(details).length, 'master') + ', each point a slot, 256 in a row; two colours: on the way')),
    slotMap(details),
    usagePart(state, cluster.name),
    details.migrations.length > 0 ? [
      h('h2', {}, 'Moves', h('small', {}, cluster.moves_running + ' run, ' + cluster.moves_waiting + ' wait'),
        h('div', { class: 'buttons' }, act(state, 'abort', name))),
      movesTable(details.migrations)] : null,
    h('h2', {}, 'The last ', h('select', { id: 'minutes', 'data-minutes': true, 'aria-label': 'Time to show', class: 'inline' },
      [[15, '15 minutes'], [60, 'hour'], [720, '12 hours']].map(([value, text]) => h('option', { value, selected: value === minutes }, text))),
    h('small', {}, cluster.figures.proxies_known < cluster.figures.proxies
      ? 'of ' + cluster.figures.proxies_known + ' of ' + cluster.figures.proxies + ' proxies; the others do not tell' : 'kept in the memory of this broker')),
    history ? h('div', { class: 'charts' }, CHARTS.map((each) => chart(each, history))) : h('p', { class: 'quiet' }, 'Loading…'),
    h('h2', {}, 'Proxies and nodes', h('small', {}, count(cluster.node_number, 'node') + ' in ' + count(cluster.node_number / 4, 'chunk'))),
    table('nodes', 'Proxies and nodes', [['Proxy'], ['State'], ['Node'], ['Role'], ['Slots', 'num'], ['Link'], ['Lag', 'num'], ['Commands/s', 'num'], ['Memory', 'num'], ['']],
      details.proxies.map((proxy, i) => proxyRows(state, cluster, proxy, i))),
    h('h2', {}, 'Settings', h('div', { class: 'buttons' }, act(state, 'config', name))),
    h('p', { class: 'facts' }, Object.entries(details.config).map(([field, value]) => h('span', {}, field + ' ', h('b', {}, value === '' ? 'default' : value)))),
  ];
}

function proxyRows(state, cluster, proxy, i) {
  return proxy.nodes.map((node, n) => h('tr', { class: n === 0 && i % 2 === 0 ? 'group' : null, id: 'n-' + node.address },
    n === 0 ? h('td', { rowspan: proxy.nodes.length }, h('div', { class: 'mono' }, proxy.proxy_address),
      h('div', { class: 'quiet' }, 'host ' + proxy.host + (proxy.part === 'spare' ? ', spare' : '') + (proxy.draining ? ', draining' : ''))) : null,
    n === 0 ? h('td', { rowspan: proxy.nodes.length }, proxyState(proxy), may(state) ? proxyActions(state, proxy) : null) : null,
    h('td', { class: 'mono' }, node.address),
    h('td', {}, nodeState(node), node.state === 'up' ? null : ' ' + node.role),
    h('td', { class: 'num', title: ranges(node.slots) }, node.role === 'master' ? size(node.slots) : ''),
    h('td', {}, node.role === 'master' ? '' : node.link === 'unknown' ? badge('unknown') : node.link === 'up'
      ? badge(node.in_sync === false ? 'warning' : 'ok', node.in_sync === false ? 'not in sync' : 'in sync') : badge('warning', node.link)),
    h('td', { class: 'num' }, node.role === 'master' ? '' : bytes(node.lag_bytes)),
    n === 0 ? h('td', { class: 'num', rowspan: proxy.nodes.length }, num(proxy.figures?.ops_per_second)) : null,
    n === 0 ? h('td', { class: 'num', rowspan: proxy.nodes.length }, bytes(proxy.figures?.used_memory)) : null,
    h('td', {}, node.role === 'replica' && proxy.part === 'half' ? act(state, 'switchover', { cluster: cluster.name, node: node.address }) : null)));
}

// Hosts, proxies and the audit log.

import { h } from './dom.js';
import { act, may } from './actions.js';
import { badge, clusterLink } from './overview.js';
import { bytes, micros, num, seconds } from './format.js';

export function table(id, label, heads, rows) {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    h('table', { id }, h('thead', {}, h('tr', {}, heads.map(([text, kind]) => h('th', { class: kind }, text)))), h('tbody', {}, rows)));
}

export function hostsPage(state) {
  return [h('h1', {}, 'Hosts'),
    h('p', { class: 'quiet' }, 'A host is a failure domain: the two halves of a chunk are never on one.'),
    table('hosts', 'Hosts', [['Host'], ['State'], ['Proxies', 'num'], ['In clusters', 'num'], ['Not answering', 'num'], ['Slots left', 'num'], ['']],
      state.hosts.map((host) => h('tr', { id: 'h-' + host.host },
        h('td', { class: 'mono' }, host.host),
        h('td', {}, host.draining ? badge('busy', host.used === 0 ? 'drained' : 'draining') : host.silent === host.proxies ? badge('critical', 'away')
          : host.silent > 0 ? badge('warning', 'partly away') : badge('ok')),
        h('td', { class: 'num' }, host.proxies), h('td', { class: 'num' }, host.used), h('td', { class: 'num' }, host.silent),
        h('td', { class: 'num' }, host.draining ? host.slots_left : ''),
        h('td', {}, h('div', { class: 'buttons' },
          host.draining ? act(state, 'cancel_drain', { host: host.host }) : act(state, 'drain', { host: host.host }))))))];
}

export function proxyState(proxy) {
  if (proxy.state === 'silent') return badge(proxy.part === 'half' ? 'critical' : 'warning', 'not answering for ' + seconds(proxy.silent_seconds));
  if (proxy.state === 'unknown') return badge('unknown');
  const behind = proxy.epoch < proxy.wanted_epoch ? [' ', badge('busy', 'behind')] : null;
  const failed = proxy.failed ? [' ', badge('warning', 'given up')] : null;
  const away = proxy.maintenance_seconds > 0 ? [' ', badge('busy', 'maintenance, ' + seconds(proxy.maintenance_seconds))] : null;
  return [badge('ok'), behind, failed, away];
}

export function proxyActions(state, proxy) {
  if (proxy.part === 'free') return h('div', { class: 'buttons' }, act(state, 'remove_proxy', { proxy: proxy.proxy_address }));
  const hasMaster = proxy.nodes.some((node) => node.role === 'master');
  return h('div', { class: 'buttons' },
    hasMaster ? act(state, 'switchover', { proxy: proxy.proxy_address }) : null,
    proxy.maintenance_seconds > 0 ? act(state, 'end_maintenance', { proxy: proxy.proxy_address })
      : act(state, 'maintenance', { proxy: proxy.proxy_address }),
    act(state, 'failover', { proxy: proxy.proxy_address }));
}

export function proxiesPage(state, data, filter) {
  const wanted = filter.toLowerCase();
  const shown = data.proxies.filter((proxy) => [proxy.proxy_address, proxy.host, proxy.cluster ?? 'free', proxy.state].join(' ').toLowerCase().includes(wanted));
  return [h('h1', {}, 'Proxies'),
    h('label', {}, 'Show those with', h('input', { id: 'filter', type: 'search', 'data-filter': true, placeholder: 'address, host, cluster, free, silent…' })),
    h('p', { class: 'quiet' }, shown.length + ' of ' + data.proxies.length),
    table('proxies', 'Proxies', [['Proxy'], ['Host'], ['Cluster'], ['State'], ['Nodes'], ['Commands/s', 'num'], ['Time each', 'num'], ['Memory', 'num'], ['Clients', 'num'], ['']],
      shown.map((proxy) => h('tr', { id: 'x-' + proxy.proxy_address },
        h('td', { class: 'mono' }, proxy.proxy_address),
        h('td', { class: 'mono' }, proxy.host, proxy.draining ? [' ', badge('busy', 'draining')] : null),
        h('td', {}, proxy.cluster ? [clusterLink(proxy.cluster), proxy.part === 'spare' ? ' (spare)' : ''] : h('span', { class: 'quiet' }, 'free')),
        h('td', {}, proxyState(proxy), proxy.problem ? h('div', { class: 'quiet' }, proxy.problem) : null),
        h('td', {}, proxy.nodes.map((node) => h('div', { class: 'mono' }, node.address, ' ', nodeState(node)))),
        h('td', { class: 'num' }, num(proxy.figures?.ops_per_second)),
        h('td', { class: 'num' }, micros(proxy.figures?.call_micros)),
        h('td', { class: 'num' }, bytes(proxy.figures?.used_memory)),
        h('td', { class: 'num' }, num(proxy.figures?.clients)),
        h('td', {}, may(state) ? proxyActions(state, proxy) : null))))];
}

export function nodeState(node) {
  if (node.state === 'unknown') return badge('unknown');
  if (node.state !== 'up') return badge('critical', node.state);
  if (node.restart !== 'none' && node.restart !== 'accepted' && node.restart !== 'unknown') return badge('warning', 'restarted: ' + node.restart);
  return badge('ok', node.role === 'free' ? 'up' : node.role);
}

export function auditPage(data) {
  return [h('h1', {}, 'Audit log'),
    h('p', { class: 'quiet' }, 'The newest changes of the metadata, and who has asked for data of clusters. What coordinators report again and again is not here.'),
    table('audit', 'Changes', [['Time'], ['Who'], ['What'], ['Epoch', 'num']],
      data.entries.map((entry) => h('tr', {},
        h('td', { class: 'num' }, new Date(entry.time * 1000).toLocaleString()),
        h('td', {}, entry.who), h('td', { class: 'mono' }, entry.what),
        h('td', { class: 'num' }, entry.epoch_before === entry.epoch_after ? entry.epoch_after : entry.epoch_before + ' → ' + entry.epoch_after))))];
}

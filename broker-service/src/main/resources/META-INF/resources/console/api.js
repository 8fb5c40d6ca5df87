// Calls of the broker. The token is kept for this tab only. Without one nothing is sent that the browser knows by itself,
// unless the user asks for it: then the browser shows its certificate, or asks for name and password.

const BASE = '/api/v3';
const TOKEN = 'undermoon.token';
const BROWSER = 'undermoon.browser';

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function signIn(token) {
  sessionStorage.setItem(TOKEN, token);
}

export function signInByBrowser() {
  sessionStorage.setItem(BROWSER, 'yes');
}

export function signOut() {
  sessionStorage.removeItem(TOKEN);
  sessionStorage.removeItem(BROWSER);
}

export async function call(method, path, body, signal) {
  const headers = { Accept: 'application/json' };
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = 'Bearer ' + token;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const reply = await fetch(BASE + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: sessionStorage.getItem(BROWSER) ? 'same-origin' : 'omit',
    cache: 'no-store',
    signal,
  });
  const text = await reply.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch (e) {
    value = { message: text };
  }
  if (!reply.ok) {
    throw new Refused(reply.status, value?.error ?? '', value?.message ?? 'status ' + reply.status);
  }
  return value;
}

export const get = (path, signal) => call('GET', path, undefined, signal);

export const enc = encodeURIComponent;

import { BlockList, isIP } from 'node:net';
import { HubError } from '../errors.ts';
import type { Route } from './platform.ts';

/** A proxy that the environment names, and the variable that does. */
export interface Proxy {
  /** With name and password, if it has any: never to be printed. */
  readonly address: string;
  /** For messages: `http://proxy.example:3128 (HTTPS_PROXY)`, without a password. */
  readonly shown: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Lower case takes precedence, as in curl and Python. */
function variable(environment: Environment, name: string): [name: string, value: string] | undefined {
  for (const spelling of [name.toLowerCase(), name]) {
    const value = environment[spelling]?.trim();
    if (value) return [spelling, value];
  }
  return undefined;
}

/**
 * The proxy that HTTPS_PROXY, HTTP_PROXY and ALL_PROXY name for an address, unless NO_PROXY
 * excludes it.
 *
 * @throws HubError when a variable names an unusable proxy
 */
export function proxyFor(address: string, environment: Environment): Proxy | undefined {
  const { protocol } = new URL(address);
  const found =
    variable(environment, protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? variable(environment, 'ALL_PROXY');
  if (!found || isExcepted(address, variable(environment, 'NO_PROXY')?.[1] ?? '')) return undefined;
  const [name, value] = found;
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  if (!URL.canParse(written))
    throw new HubError(`${name} is not the address of a proxy, such as http://proxy.example:3128`);
  const { protocol: kind, host } = new URL(written);
  // curl's word for names that the proxy resolves, which undici leaves to it in any case.
  if (kind === 'socks5h:')
    return { address: written.replace(/^socks5h/i, 'socks5'), shown: `${kind}//${host} (${name})` };
  if (!['http:', 'https:', 'socks5:'].includes(kind))
    throw new HubError(`${name} names a proxy of the kind ${kind}//; use http, https or socks5`);
  return { address: written, shown: `${kind}//${host} (${name})` };
}

/**
 * Whether NO_PROXY names the host: `*`, or hosts separated by commas or blanks. A host stands for
 * its subdomains too, with or without `.` or `*.` in front; a port after it narrows it. Addresses
 * may be a range, `10.0.0.0/8`.
 */
function isExcepted(address: string, noProxy: string): boolean {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const entries = noProxy.toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => {
    if (entry === '' || entry === '*' || entry.includes('/')) return entry === '*' || isInRange(host, entry);
    const [wanted, wantedPort] = splitPort(entry);
    const domain = wanted.replace(/^\*?\./, '');
    return (host === domain || host.endsWith(`.${domain}`)) && (wantedPort ?? port) === port;
  });
}

/** `host`, `host:443`, `::1` or `[::1]:443` */
function splitPort(entry: string): [host: string, port: string | undefined] {
  const [, host, port] = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry) ?? /^([^:]*):(\d+)$/.exec(entry) ?? [];
  return [host ?? entry, port];
}

function isInRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const version = isIP(network);
  if (version === 0 || isIP(host) !== version || !/^\d+$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128))
    return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(network, Number(bits), family);
  return block.check(host, family);
}

const routes = new Map<string, Route>();

/** The way to an address: Node's `fetch`, or undici's through a proxy. */
export async function routeTo(address: string, environment: Environment): Promise<Route> {
  const proxy = proxyFor(address, environment);
  if (!proxy) return { fetch: (...request) => fetch(...request), through: '' };
  const known = routes.get(proxy.address);
  if (known) return known;
  const { fetch: fetchBy, ProxyAgent } = await import('undici');
  // Without proxyTunnel an http address is asked of the proxy itself: many let only TLS through
  // a tunnel. An https address goes through a tunnel either way.
  const dispatcher = new ProxyAgent({ uri: proxy.address, token: credentials(proxy), proxyTunnel: false });
  // Node's own fetch takes no agent of another version of undici. The types of both describe one
  // standard.
  const throughProxy = (target: unknown, request: object | undefined) =>
    fetchBy(target as string, { ...request, dispatcher }) as unknown as Promise<Response>;
  const route: Route = { fetch: throughProxy as typeof fetch, through: ` through the proxy ${proxy.shown}` };
  routes.set(proxy.address, route);
  return route;
}

function credentials({ address, shown }: Proxy): string | undefined {
  const { username, password } = new URL(address);
  if (username === '') return undefined;
  let pair: string;
  try {
    pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    throw new HubError(
      `The name or password for the proxy ${shown} contains a % that encodes nothing: write it as %25`,
    );
  }
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

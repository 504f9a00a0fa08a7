import { isError } from '@attune/validate';

/** What OpenSSL and Node call a certificate whose issuer is not among the trusted ones. */
const untrusted: ReadonlySet<unknown> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

export const endlessRedirects = 'it redirects for ever';

/** Why a connection failed, in words, with what to do where that is known. */
export function reasonOf(error: unknown): string {
  const cause = innermost(error);
  if (!isError(cause)) return String(cause);
  const code = 'code' in cause ? cause.code : undefined;
  const message = cause.message || String(code ?? cause.name);
  if (untrusted.has(code)) {
    return (
      `its certificate is not trusted (${message}, ${String(code)}). If a company network inspects ` +
      `connections, set NODE_EXTRA_CA_CERTS to the file of its root certificate (PEM) before Node starts, or ` +
      `NODE_USE_SYSTEM_CA=1 (Node from 22.19 on) to trust the certificates of the system`
    );
  }
  if (/redirect count exceeded/.test(message)) return endlessRedirects;
  if (/\b407\b/.test(message)) return 'the proxy requires a name and a password, http://name:password@host:port';
  return message;
}

function innermost(error: unknown): unknown {
  let cause = error;
  while (isError(cause)) {
    const inner: unknown = cause.cause ?? (cause as Partial<AggregateError>).errors?.[0];
    if (!isError(inner)) break;
    cause = inner;
  }
  return cause;
}

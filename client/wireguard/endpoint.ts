import { lookup } from 'node:dns/promises';
import { PerchError } from '../../protocol/errors.ts';
import { addressText, parseAddress } from './address.ts';
import type { Endpoint } from './profile.ts';

/**
 * The IP address of an endpoint. Looked up here and not by WireGuard's tools, which would hang for minutes on a
 * name that does not resolve. Throws TUNNEL_FAILED that names the host.
 */
export async function resolveEndpoint({ host }: Endpoint, timeoutMs = 3000): Promise<string> {
  const literal = parseAddress(host);
  if (literal) return addressText(literal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    const { address } = await Promise.race([lookup(host), late]);
    return addressText(parseAddress(address)!);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new PerchError(
      'TUNNEL_FAILED',
      `The endpoint's name ${host} could not be looked up (${why}). Is this computer online?`,
      { host, why },
      cause,
    );
  } finally {
    clearTimeout(timer);
  }
}

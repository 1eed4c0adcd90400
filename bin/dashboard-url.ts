/** The address of a dashboard as a person writes it. */

/** @returns the address without a slash at its end; null if it is none, or has credentials, a query or a fragment */
export function readDashboardUrl(written: string): string | null {
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') return null;
  if (url.username !== '' || url.password !== '') return null;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

import { type MouseEvent, type ReactNode, use } from 'react';
import { type Address, EMPTY_ADDRESS, formatAddress } from '@/lib/client/address';
import { HOME } from '@/lib/client/base-path';
import { Moment } from '@/lib/client/moment';
import { formatMoment } from '@/lib/client/moments';

interface AddressLinkProps {
  /** The target, as a part of the page's address. */
  to: Partial<Address>;
  onGo: (to: Partial<Address>) => void;
  tabIndex?: 0 | -1;
  className?: string;
  children: ReactNode;
}

/** A link to something on this page: followed in place, or opened in a new tab like any other link. */
export function AddressLink({ to, onGo, tabIndex, className = 'link', children }: AddressLinkProps) {
  const moment = use(Moment);
  // In a new tab it shows the same moment.
  const at = moment === null ? null : formatMoment(moment);
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onGo(to);
  };
  return (
    <a
      href={`${HOME}${formatAddress({ ...EMPTY_ADDRESS, at, ...to })}`}
      tabIndex={tabIndex}
      className={className}
      onClick={onClick}
    >
      {children}
    </a>
  );
}

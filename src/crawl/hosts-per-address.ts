/** How many hosts of one IP address are asked at the same time: many names may be one small machine. */
export interface AddressSlots {
  /** Takes a slot of the address that a host was last seen at; false when all are taken. `null`, not yet known, is free. */
  readonly take: (ip: string | null) => boolean;
  readonly giveBack: (ip: string | null) => void;
}

export function addressSlots(slotsAnAddress: number): AddressSlots {
  const taken = new Map<string, number>();
  return {
    take(ip) {
      if (ip === null) return true;
      const now = taken.get(ip) ?? 0;
      if (now >= slotsAnAddress) return false;
      taken.set(ip, now + 1);
      return true;
    },
    giveBack(ip) {
      if (ip === null) return;
      const left = (taken.get(ip) ?? 0) - 1;
      if (left > 0) taken.set(ip, left);
      else taken.delete(ip);
    },
  };
}

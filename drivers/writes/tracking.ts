import type { ShipmentWrite } from '../contract/index.ts';

/** For a platform with room for one tracking number: all of a parcel's, after one another. */
export const trackingText = ({ trackingCode, trackingCodes }: ShipmentWrite): string | undefined =>
  trackingCodes && trackingCodes.length > 1 ? trackingCodes.join(', ') : trackingCode;

/** What a person must do about a parcel that the shop does not want any more, by the number on it. */
export const stopTheParcel = (entry: ShipmentWrite): string => {
  const code = trackingText(entry);
  return code === undefined ? 'stop the parcel or take it back' : `stop the parcel ${code} or take it back`;
};

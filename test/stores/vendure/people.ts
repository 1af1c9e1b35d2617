/** Who orders, where a test does not say. Nobody real. */
export interface Customer {
  readonly firstName: string;
  readonly lastName: string;
  readonly emailAddress: string;
}

export interface Address {
  readonly fullName: string;
  readonly streetLine1: string;
  readonly city: string;
  readonly postalCode: string;
  readonly countryCode: string;
  readonly phoneNumber: string;
}

export function customerOf(customer: Partial<Customer> = {}): Customer {
  return { firstName: 'Ada', lastName: 'Muster', emailAddress: 'ada.muster@example.com', ...customer };
}

export function addressOf(address: Partial<Address> = {}): Address {
  return {
    fullName: 'Ada Muster',
    streetLine1: 'Lindenstr. 7',
    city: 'Berlin',
    postalCode: '10969',
    countryCode: 'DE',
    phoneNumber: '+49 30 5550100',
    ...address,
  };
}

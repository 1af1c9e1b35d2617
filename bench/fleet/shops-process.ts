/** The shops, each at its own address, behind the Generic Store API. One order is placed where it is asked for. */
import { systemClock } from '../../kit/clock.ts';
import { sendHook, serveStore } from '../../simulator/server.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import { addOrder } from '../../simulator/shop/generate.ts';
import { API_KEY, given } from './names.ts';

export interface ShopsPart {
  readonly connections: number;
}

const stores: SimulatedShop[] = [];
const urls: string[] = [];
for (let index = 0; index < given<ShopsPart>().connections; index++) {
  const store = new SimulatedShop({
    clock: systemClock,
    seed: index + 1,
    products: 20,
    orders: 20,
    apiKey: API_KEY,
    shopId: `shop-${index}`,
    sendHook: (delivery) => void sendHook(delivery),
  });
  stores.push(store);
  urls.push((await serveStore(store, { host: '127.0.0.1', port: 0, clock: systemClock })).url);
}
process.on('message', ({ place }: { place: number }) => {
  let number = '';
  stores[place]!.happen((shop, random) => {
    const order = addOrder(shop, random)!;
    number = order.number;
    return { type: 'order.created', id: order.id };
  });
  process.send!({ number });
});
process.on('disconnect', () => process.exit(0));
process.send!({ urls });

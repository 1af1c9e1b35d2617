"""What a user of prestapyt does at a shop, as its README shows it."""

import json
import sys

from prestapyt import PrestaShopAuthenticationError, PrestaShopWebServiceDict, PrestaShopWebServiceError

asked = json.load(sys.stdin)
shop = PrestaShopWebServiceDict(asked["url"], asked["key"])
seen = {}


def refusal(call, *arguments, **options):
    """What the client says that the shop says."""
    try:
        call(*arguments, **options)
    except PrestaShopWebServiceError as error:
        return {"status": error.error_code, "code": error.ps_error_code, "message": error.ps_error_msg or error.msg}
    return None


def pages(resource, size, **options):
    found = []
    while True:
        page = shop.search(resource, options={**options, "limit": f"{len(found)},{size}"})
        found += page
        if len(page) < size:
            return found


seen["rights"] = shop.get("")["api"]["orders"]["attrs"]
seen["version"] = shop.head("orders")["PSWS-Version"]
seen["orders"] = pages("orders", 5, sort="[date_upd_ASC,id_ASC]")
seen["orders of all time"] = shop.search(
    "orders", options={"filter[date_upd]": "[2001-01-01 00:00:00,2999-01-01 00:00:00]", "date": "1"}
)
seen["orders before all time"] = shop.search(
    "orders", options={"filter[date_upd]": "[1999-01-01 00:00:00,2001-01-01 00:00:00]", "date": "1"}
)
seen["products"] = pages("products", 3)
seen["order"] = shop.get("orders", asked["order"])["order"]
seen["no order"] = refusal(shop.get, "orders", 999999999)
seen["no resource"] = refusal(shop.search, "oders")
seen["no field"] = refusal(shop.search, "orders", options={"filter[nonsense]": "[1]"})
seen["wrong key"] = None
try:
    PrestaShopWebServiceDict(asked["url"], "other").search("orders")
except PrestaShopAuthenticationError as error:
    seen["wrong key"] = error.error_code

# A level: read, changed, written whole.
[row] = shop.search(
    "stock_availables",
    options={"filter[id_product]": f"[{asked['product']}]", "filter[id_product_attribute]": f"[{asked['variant']}]"},
)
level = shop.get("stock_availables", row)
level["stock_available"]["quantity"] = asked["quantity"]
seen["level"] = shop.edit("stock_availables", level)["prestashop"]["stock_available"]["quantity"]

# A product goes back whole: what cannot be written is refused by name, and then left out.
product = shop.get("products", asked["product"])
product["product"]["price"] = asked["price"]
seen["product with all"] = refusal(shop.edit, "products", product)
for name in ("manufacturer_name", "quantity", "position_in_category"):
    product["product"].pop(name, None)
shop.edit("products", product)

# A parcel: its number at the row that is there, then a state that is made from the blank form.
[carrier] = shop.search("order_carriers", options={"filter[id_order]": f"[{asked['order']}]"})
parcel = shop.get("order_carriers", carrier)
parcel["order_carrier"]["tracking_number"] = asked["tracking"]
shop.edit("order_carriers", parcel)
history = shop.get("order_histories", options={"schema": "blank"})
seen["fields of a history"] = sorted(history["order_history"])
history["order_history"].update({"id_order": asked["order"], "id_order_state": asked["state"]})
shop.add("order_histories", history)
seen["histories"] = shop.search("order_histories", options={"filter[id_order]": f"[{asked['order']}]"})
seen["state"] = shop.get("orders", asked["order"])["order"]["current_state"]

json.dump(seen, sys.stdout)

/**
 * Fields of each resource in the order of a shop's own schema (PrestaShop 8), by its documentation. A shop shows all of
 * them, empty where it has nothing.
 */
export const FIELDS: Readonly<Record<string, readonly string[]>> = {
  orders: [
    ...'id id_address_delivery id_address_invoice id_cart id_currency id_lang id_customer id_carrier'.split(' '),
    ...'current_state module invoice_number invoice_date delivery_number delivery_date valid date_add'.split(' '),
    ...'date_upd shipping_number note id_shop_group id_shop secure_key payment recyclable gift'.split(' '),
    ...'gift_message mobile_theme total_discounts total_discounts_tax_incl total_discounts_tax_excl'.split(' '),
    ...'total_paid total_paid_tax_incl total_paid_tax_excl total_paid_real total_products'.split(' '),
    ...'total_products_wt total_shipping total_shipping_tax_incl total_shipping_tax_excl'.split(' '),
    ...'carrier_tax_rate total_wrapping total_wrapping_tax_incl total_wrapping_tax_excl round_mode'.split(' '),
    ...'round_type conversion_rate reference'.split(' '),
  ],
  order_details: [
    ...'id id_order product_id product_attribute_id product_quantity_reinjected group_reduction'.split(' '),
    ...'discount_quantity_applied download_hash download_deadline id_order_invoice id_warehouse id_shop'.split(' '),
    ...'id_customization product_name product_quantity product_quantity_in_stock product_quantity_return'.split(' '),
    ...'product_quantity_refunded product_price reduction_percent reduction_amount'.split(' '),
    ...'reduction_amount_tax_incl reduction_amount_tax_excl product_quantity_discount product_ean13'.split(' '),
    ...'product_isbn product_upc product_mpn product_reference product_supplier_reference product_weight'.split(' '),
    ...'tax_computation_method id_tax_rules_group ecotax ecotax_tax_rate download_nb unit_price_tax_incl'.split(' '),
    ...'unit_price_tax_excl total_price_tax_incl total_price_tax_excl total_shipping_price_tax_excl'.split(' '),
    ...'total_shipping_price_tax_incl purchase_supplier_price original_product_price'.split(' '),
    ...'original_wholesale_price total_refunded_tax_excl total_refunded_tax_incl'.split(' '),
  ],
  order_carriers: [
    ...'id id_order id_carrier id_order_invoice weight shipping_cost_tax_excl shipping_cost_tax_incl'.split(' '),
    ...'tracking_number date_add'.split(' '),
  ],
  order_payments: [
    ...'id order_reference id_currency amount payment_method conversion_rate transaction_id card_number'.split(' '),
    ...'card_brand card_expiration card_holder date_add'.split(' '),
  ],
  order_slip: [
    ...'id id_customer id_order conversion_rate total_products_tax_excl total_products_tax_incl'.split(' '),
    ...'total_shipping_tax_excl total_shipping_tax_incl amount shipping_cost shipping_cost_amount'.split(' '),
    ...'partial date_add date_upd order_slip_type'.split(' '),
  ],
  order_histories: 'id id_employee id_order_state id_order date_add'.split(' '),
  order_cart_rules: [
    ...'id id_order id_cart_rule id_order_invoice name value value_tax_excl free_shipping deleted'.split(' '),
  ],
  customers: [
    ...'id id_default_group id_lang newsletter_date_add ip_registration_newsletter last_passwd_gen'.split(' '),
    ...'secure_key deleted passwd lastname firstname email id_gender birthday newsletter optin website'.split(' '),
    ...'company siret ape outstanding_allow_amount show_public_prices id_risk max_payment_days active'.split(' '),
    ...'note is_guest id_shop id_shop_group date_add date_upd reset_password_token'.split(' '),
    ...'reset_password_validity'.split(' '),
  ],
  addresses: [
    ...'id id_customer id_manufacturer id_supplier id_warehouse id_country id_state alias company'.split(' '),
    ...'lastname firstname vat_number address1 address2 postcode city other phone phone_mobile dni'.split(' '),
    ...'deleted date_add date_upd'.split(' '),
  ],
  products: [
    ...'id id_manufacturer id_supplier id_category_default new cache_default_attribute id_default_image'.split(' '),
    ...'id_default_combination id_tax_rules_group position_in_category manufacturer_name quantity type'.split(' '),
    ...'id_shop_default reference supplier_reference location width height depth weight'.split(' '),
    ...'quantity_discount ean13 isbn upc mpn cache_is_pack cache_has_attachments is_virtual state'.split(' '),
    ...'additional_delivery_times delivery_in_stock delivery_out_stock on_sale online_only ecotax'.split(' '),
    ...'minimal_quantity low_stock_threshold low_stock_alert price wholesale_price unity'.split(' '),
    ...'unit_price_ratio additional_shipping_cost customizable text_fields uploadable_files active'.split(' '),
    ...'redirect_type id_type_redirected available_for_order available_date show_condition condition'.split(' '),
    ...'show_price indexed visibility advanced_stock_management date_add date_upd pack_stock_type'.split(' '),
    ...'meta_description meta_keywords meta_title link_rewrite name description description_short'.split(' '),
    ...'available_now available_later'.split(' '),
  ],
  combinations: [
    ...'id id_product location ean13 isbn upc mpn quantity reference supplier_reference wholesale_price'.split(' '),
    ...'price ecotax weight unit_price_impact minimal_quantity low_stock_threshold low_stock_alert'.split(' '),
    ...'default_on available_date'.split(' '),
  ],
  specific_prices: [
    ...'id id_shop_group id_shop id_cart id_product id_product_attribute id_currency id_country'.split(' '),
    ...'id_group id_customer id_specific_price_rule price from_quantity reduction reduction_tax'.split(' '),
    ...'reduction_type from to'.split(' '),
  ],
  product_options: 'id is_color_group group_type position name public_name'.split(' '),
  product_option_values: 'id id_attribute_group color position name'.split(' '),
  product_features: 'id position name'.split(' '),
  product_feature_values: 'id id_feature custom value'.split(' '),
  stock_availables: [
    ...'id id_product id_product_attribute id_shop id_shop_group quantity depends_on_stock out_of_stock'.split(' '),
    ...'location'.split(' '),
  ],
  suppliers: [
    ...'id link_rewrite name active date_add date_upd description meta_title meta_description'.split(' '),
    ...'meta_keywords'.split(' '),
  ],
  product_suppliers: [
    ...'id id_product id_product_attribute id_supplier id_currency product_supplier_reference'.split(' '),
    ...'product_supplier_price_te'.split(' '),
  ],
  configurations: 'id value name id_shop_group id_shop date_add date_upd'.split(' '),
  currencies: [
    ...'id names name symbol iso_code numeric_iso_code precision conversion_rate deleted active'.split(' '),
    ...'unofficial modified pattern'.split(' '),
  ],
  order_states: [
    ...'id unremovable delivery hidden send_email module_name invoice color logable shipped paid'.split(' '),
    ...'pdf_delivery pdf_invoice deleted name template'.split(' '),
  ],
  carriers: [
    ...'id deleted is_module id_tax_rules_group id_reference name active is_free url shipping_handling'.split(' '),
    ...'shipping_external range_behavior shipping_method max_width max_height max_depth max_weight grade'.split(' '),
    ...'external_module_name need_range position delay'.split(' '),
  ],
  countries: [
    ...'id id_zone id_currency call_prefix iso_code active contains_states need_identification_number'.split(' '),
    ...'need_zip_code zip_code_format display_tax_label name'.split(' '),
  ],
  states: 'id id_zone id_country iso_code name active'.split(' '),
  taxes: 'id rate active deleted name'.split(' '),
  shops: 'id id_shop_group id_category active deleted name color theme_name'.split(' '),
};

/** Lists that a record has in it, and the fields of their rows. */
export const ASSOCIATIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  orders: {
    order_rows: [
      ...'id product_id product_attribute_id product_quantity product_name product_reference product_ean13'.split(' '),
      ...'product_isbn product_upc product_price id_customization unit_price_tax_incl unit_price_tax_excl'.split(' '),
    ],
  },
  order_details: { taxes: ['id'] },
  order_slip: { order_slip_details: 'id id_order_detail product_quantity amount_tax_excl amount_tax_incl'.split(' ') },
  products: { images: ['id'], combinations: ['id'], product_features: ['id', 'id_feature_value'] },
  combinations: { product_option_values: ['id'], images: ['id'] },
};

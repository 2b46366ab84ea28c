//! Tariffs in few words. Prices are in thousandths of a cent, rates in hundredths of a percent.

use chargetap_contract::money::{
    Dimension, PriceComponent, PriceLimit, Range, Restriction, Tariff, TariffElement,
};

pub(crate) fn tariff(elements: Vec<TariffElement>) -> Tariff {
    Tariff {
        currency: "EUR".into(),
        tax_included: false,
        elements,
        min_price: None,
        max_price: None,
        preauthorize_amount: None,
    }
}

pub(crate) fn element(
    components: &[PriceComponent],
    restrictions: &[Restriction],
) -> TariffElement {
    TariffElement {
        components: components.to_vec(),
        restrictions: restrictions.to_vec(),
    }
}

/// One element that always applies.
pub(crate) fn simple(components: &[PriceComponent]) -> Tariff {
    tariff(vec![element(components, &[])])
}

fn component(dimension: Dimension, price: u64, vat: Option<u32>, step_size: u32) -> PriceComponent {
    PriceComponent {
        dimension,
        price,
        vat_rate: vat,
        step_size,
    }
}

pub(crate) fn energy(price: u64, vat: u32, step_size: u32) -> PriceComponent {
    component(Dimension::Energy, price, Some(vat), step_size)
}

pub(crate) fn time(price: u64, vat: u32, step_size: u32) -> PriceComponent {
    component(Dimension::Time, price, Some(vat), step_size)
}

pub(crate) fn parking(price: u64, vat: u32, step_size: u32) -> PriceComponent {
    component(Dimension::ParkingTime, price, Some(vat), step_size)
}

pub(crate) fn flat(price: u64, vat: u32) -> PriceComponent {
    component(Dimension::Flat, price, Some(vat), 1)
}

/// The same without any VAT.
pub(crate) fn untaxed(component: PriceComponent) -> PriceComponent {
    PriceComponent {
        vat_rate: None,
        ..component
    }
}

pub(crate) fn range(min: impl Into<Option<u64>>, max: impl Into<Option<u64>>) -> Range {
    Range {
        min: min.into(),
        max: max.into(),
    }
}

/// From a time of day to another, as hours and minutes.
pub(crate) fn hours(from: (u64, u64), to: (u64, u64)) -> Restriction {
    Restriction::TimeOfDay(range(from.0 * 60 + from.1, to.0 * 60 + to.1))
}

pub(crate) fn limit(net: impl Into<Option<u64>>, gross: impl Into<Option<u64>>) -> PriceLimit {
    PriceLimit {
        net: net.into(),
        gross: gross.into(),
    }
}

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chargetap_ocpp_fuzz::targets::frame(data));

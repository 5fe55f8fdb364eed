"""Letters (郵送文書): notices that no digital way can deliver, as PDF for the section that posts them."""

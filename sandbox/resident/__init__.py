"""The portal as a resident sees it (利用者画面): people of the town file by hand, and read what comes back."""

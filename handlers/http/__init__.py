"""HTTP as API Gateway's HTTP API speaks it: requests in, answers and problems out."""
